//! The `wasan` command end to end: the built program, its output, its exit status.

mod errors;
mod files;
mod history;
#[cfg(unix)]
mod interrupted;
mod lines;
mod models;
mod program;
mod queue;
mod reports;
mod safety;
mod sets;
mod text;
mod tokens;
