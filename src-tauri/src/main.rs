//! Starts the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    if let Err(error) = wasan_window::run() {
        eprintln!("The window could not be opened: {error}");
        std::process::exit(1);
    }
}
