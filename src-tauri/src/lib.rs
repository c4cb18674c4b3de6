//! Wasan's window: a thin shell over `translation`. `commands` is what the page can call, `page` what it receives.
#![forbid(unsafe_code)]

mod backend;
#[cfg(test)]
mod bridge_contract;
mod commands;
mod error;
#[cfg(test)]
mod fake_translator;
mod files;
mod models;
mod page;
mod queue;
mod settings;
mod state;
mod typed_text;

use crate::page::{Dragged, Event};
use crate::settings::Settings;
use crate::state::State;
use std::sync::Arc;
use tauri::{App, DragDropEvent, Manager, WebviewWindowBuilder, Window, WindowEvent};

/// Opens the window and returns when it is closed.
///
/// # Errors
/// No display, no webview, or no folder for settings.
pub fn run() -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .setup(|app| Ok(setup(app)?))
        .on_window_event(on_window_event)
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
            commands::document_terms,
            commands::set_document_term,
            commands::restart,
            commands::models,
            commands::look_at_models,
            commands::get_set,
            commands::pause_work,
            commands::cancel_work,
            commands::dismiss_work,
            commands::test_set,
            commands::remove_set,
            commands::remove_model,
            commands::open_model_page,
            commands::open_licence,
            commands::reveal_models,
            commands::choose_model_file,
            commands::choose_model_folder,
            commands::choose_found,
            commands::import_model,
            commands::dismiss_candidate,
            commands::set_recipe,
        ])
        .run(tauri::generate_context!())
}

fn setup(app: &App) -> tauri::Result<()> {
    let settings = Settings::load(app.path().app_config_dir()?.join("settings.json"));
    let state = State::new(Box::new(backend::LocalBackend), Box::<models::LocalLibrary>::default(), settings);
    state.start();
    app.manage(state);
    // tauri.conf.json sets `create: false`, since only the builder can give the page access to the clipboard.
    for window in &app.config().app.windows {
        WebviewWindowBuilder::from_config(app, window)?.enable_clipboard_access().build()?;
    }
    Ok(())
}

/// Adds dropped documents to the queue and asks about dropped models; the page never receives their paths. A window that
/// gets the focus looks for models that another program has imported meanwhile.
fn on_window_event(window: &Window, event: &WindowEvent) {
    let state = window.state::<Arc<State>>();
    match event {
        WindowEvent::Focused(true) => state.refresh_in_background(),
        WindowEvent::DragDrop(DragDropEvent::Enter { paths, .. }) => {
            let is_model = paths.iter().any(|path| files::is_model(path));
            let over = if is_model { Dragged::Models } else { Dragged::Documents };
            state.page.send(Event::Drag { over: Some(over) });
        }
        WindowEvent::DragDrop(DragDropEvent::Leave) => state.page.send(Event::Drag { over: None }),
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => {
            state.page.send(Event::Drag { over: None });
            state.take_in_background(paths.clone());
        }
        _ => {}
    }
}
