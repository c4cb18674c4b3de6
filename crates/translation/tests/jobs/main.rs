//! Jobs through the translator as the window and the command line use it.

mod ask;
mod best;
mod context;
mod crash;
mod disturbances;
mod files;
mod memory;
mod options;
mod plain;
mod private;
mod quality;
mod queue;
mod review;
mod terms;
mod text;
mod words;
