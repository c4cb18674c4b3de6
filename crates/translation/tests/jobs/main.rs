//! Jobs through the translator as the window and the command line use it.

mod ask;
mod disturbances;
mod files;
mod options;
mod text;
