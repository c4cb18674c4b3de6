//! Declares the window's own commands, so that the page may call only what the capability lists.

const COMMANDS: &[&str] = &[
    "subscribe",
    "set_pair",
    "translate",
    "stop",
    "detect",
    "choose_files",
    "choose_folder",
    "set_row_pair",
    "pause",
    "resume",
    "cancel",
    "remove",
    "open",
    "reveal",
    "segments",
    "suggestions",
    "edit",
    "document_terms",
    "set_document_term",
    "restart",
    "models",
    "look_at_models",
    "get_set",
    "pause_work",
    "cancel_work",
    "dismiss_work",
    "test_set",
    "remove_set",
    "remove_model",
    "open_model_page",
    "open_licence",
    "reveal_models",
    "choose_model_file",
    "choose_model_folder",
    "choose_found",
    "import_model",
    "dismiss_candidate",
    "set_recipe",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .expect("the window's settings are complete: tauri.conf.json, capabilities, icons and ui/dist");
}
