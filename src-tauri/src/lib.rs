//! Wasan's window: a thin shell over `translation`. What a page may ask is in `commands`, what it hears in `page`.
#![forbid(unsafe_code)]

mod commands;
mod engine;
mod error;
mod files;
mod live;
mod page;
mod queue;
#[cfg(test)]
mod scripted;
mod settings;
mod state;

use crate::page::Event;
use crate::settings::Settings;
use crate::state::State;
use std::sync::Arc;
use tauri::{App, DragDropEvent, Manager, WebviewWindowBuilder, Window, WindowEvent};

/// Opens the window and returns when it is closed.
///
/// # Errors
/// Where there is no display, no webview, or no folder for settings.
pub fn run() -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .setup(|app| Ok(setup(app)?))
        .on_window_event(hear)
        .invoke_handler(tauri::generate_handler![
            commands::subscribe,
            commands::set_pair,
            commands::translate,
            commands::stop,
            commands::detect,
            commands::choose_files,
            commands::choose_folder,
            commands::set_row_pair,
            commands::pause,
            commands::resume,
            commands::cancel,
            commands::remove,
            commands::open,
            commands::reveal,
            commands::segments,
            commands::suggestions,
            commands::edit,
            commands::restart,
        ])
        .run(tauri::generate_context!())
}

fn setup(app: &App) -> tauri::Result<()> {
    let settings = Settings::load(app.path().app_config_dir()?.join("settings.json"));
    let state = State::new(Box::new(engine::Local), settings);
    state.start();
    app.manage(state);
    // The settings say `create: false`, since only the builder can allow the page to paste.
    for window in &app.config().app.windows {
        WebviewWindowBuilder::from_config(app, window)?.enable_clipboard_access().build()?;
    }
    Ok(())
}

/// Files dropped on the window join the queue here; the page never learns their paths.
fn hear(window: &Window, event: &WindowEvent) {
    let WindowEvent::DragDrop(event) = event else { return };
    let state = window.state::<Arc<State>>();
    match event {
        DragDropEvent::Enter { .. } => state.page.say(Event::Drag { over: true }),
        DragDropEvent::Leave => state.page.say(Event::Drag { over: false }),
        DragDropEvent::Drop { paths, .. } => {
            state.page.say(Event::Drag { over: false });
            state.add_later(paths.clone());
        }
        _ => {}
    }
}
