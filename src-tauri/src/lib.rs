//! Wasan's window: a thin shell over `translation`. `commands` is what the page can call, `page` what it receives.
#![forbid(unsafe_code)]

mod backend;
#[cfg(test)]
mod bridge_contract;
mod commands;
mod drafts;
mod error;
#[cfg(test)]
mod fake_translator;
mod files;
mod instance;
mod models;
mod page;
mod queue;
mod resources;
mod settings;
mod state;
mod stored_file;
mod typed_text;

use crate::drafts::Drafts;
use crate::instance::Start;
use crate::page::{Dragged, Event};
use crate::settings::Settings;
use crate::state::State;
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::Arc;
use tauri::{App, AppHandle, DragDropEvent, Manager, RunEvent, WebviewWindowBuilder, Window, WindowEvent};
use tauri_plugin_window_state::StateFlags;

/// Opens the window with the documents named on the command line and returns when it is closed; or hands them to the
/// window that is open already.
///
/// # Errors
/// No display, no webview, or no folder for settings.
pub fn run() -> tauri::Result<()> {
    let files = instance::files(std::env::args_os().skip(1));
    // Without a data folder nothing is stored that two windows could share.
    let start = translation::make_data().map_or(Start::First(None), |data| instance::start(&data, &files));
    let Start::First(listener) = start else { return Ok(()) };
    let place = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::default().with_state_flags(place).build())
        .manage(Early(Mutex::new(files)))
        .setup(|app| {
            let state = setup(app)?;
            let files = std::mem::take(&mut *app.state::<Early>().0.lock());
            if !files.is_empty() {
                state.take_in_background(files);
            }
            if let Some(listener) = listener {
                let app = app.handle().clone();
                instance::listen(listener, move |files| take(&app, files));
            }
            Ok(())
        })
        .on_window_event(on_window_event)
        .invoke_handler(tauri::generate_handler![
            commands::subscribe,
            commands::set_pair,
            commands::texts::translate,
            commands::texts::stop,
            commands::texts::detect,
            commands::texts::translate_back,
            commands::texts::typed_sentences,
            commands::texts::history,
            commands::texts::forget_text,
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
            commands::drafts,
            commands::keep_drafts,
            commands::close,
            commands::settings::set_preferences,
            commands::settings::choose_output_folder,
            commands::settings::clear_output_folder,
            commands::settings::adapters,
            commands::settings::measure_speed,
            commands::settings::terms,
            commands::settings::add_term,
            commands::settings::remove_terms,
            commands::settings::import_terms,
            commands::settings::export_terms,
            commands::settings::memory_pairs,
            commands::settings::search_memory,
            commands::settings::edit_unit,
            commands::settings::remove_unit,
            commands::settings::import_memory,
            commands::settings::export_memory,
            commands::settings::clear_memory,
            commands::settings::places,
            commands::settings::show_place,
            commands::exports::choose_columns,
            commands::exports::corrections_at_risk,
            commands::exports::export_beside,
            commands::exports::export_document,
            commands::words::next_words,
            commands::words::begin_with,
        ])
        .build(tauri::generate_context!())?
        .run(on_run_event);
    Ok(())
}

/// Files to open that arrive before there is a window to take them.
struct Early(Mutex<Vec<PathBuf>>);

/// Takes the files of a later start, or those that the desktop asks to open, and brings the window to the front. False if
/// it closes.
fn take(app: &AppHandle, files: Vec<PathBuf>) -> bool {
    let Some(state) = app.try_state::<Arc<State>>() else {
        app.state::<Early>().0.lock().extend(files);
        return true;
    };
    if !state.take_from_start(files) {
        return false;
    }
    for window in app.webview_windows().values() {
        // A desktop may refuse to bring a window to the front.
        drop(window.unminimize().and_then(|()| window.set_focus()));
    }
    true
}

/// macOS hands the documents of “Open with” over as an event, also to a program that runs already.
#[cfg(target_os = "macos")]
fn on_run_event(app: &AppHandle, event: RunEvent) {
    if let RunEvent::Opened { urls } = event {
        let paths = urls.iter().filter_map(|url| url.to_file_path().ok());
        take(app, instance::files(paths.map(PathBuf::into_os_string)));
    }
}

/// Other systems name the documents when they start the program.
#[cfg(not(target_os = "macos"))]
fn on_run_event(_: &AppHandle, _: RunEvent) {}

fn setup(app: &App) -> tauri::Result<Arc<State>> {
    let settings = Settings::load(app.path().app_config_dir()?.join("settings.json"));
    let drafts = Drafts::load(translation::data().ok().map(|data| data.join("drafts.json")));
    let library = Box::<models::LocalLibrary>::default();
    let state = State::new(Box::new(backend::LocalBackend), library, settings, drafts);
    state.start();
    app.manage(Arc::clone(&state));
    // tauri.conf.json sets `create: false`, since only the builder can give the page access to the clipboard.
    for window in &app.config().app.windows {
        let window = WebviewWindowBuilder::from_config(app, window)?.enable_clipboard_access().build()?;
        // A webview that cannot zoom shows the page as it is.
        drop(window.set_zoom(state.zoom()));
    }
    Ok(state)
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
        WindowEvent::CloseRequested { api, .. } if !state.may_close() => api.prevent_close(),
        WindowEvent::DragDrop(DragDropEvent::Leave) => state.page.send(Event::Drag { over: None }),
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => {
            state.page.send(Event::Drag { over: None });
            state.take_in_background(paths.clone());
        }
        _ => {}
    }
}
