//! `wasan train` as a user meets it: tiny models of a made-up phrase book, from text to a translation.

mod adapters;
mod broken_off;
mod devices;
mod paper;
#[path = "../command/program.rs"]
mod program;
mod refusals;
mod trio;
mod whole;
mod workshop;
