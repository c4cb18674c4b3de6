//! `wasan train` end to end: tiny models of a generated phrase book, from text to a translation.

mod adapters;
mod devices;
mod end_to_end;
mod interruptions;
mod paper_data;
#[path = "../command/program.rs"]
mod program;
mod refusals;
mod several_models;
mod training_home;
