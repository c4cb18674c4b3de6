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
    "restart",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .expect("the window's settings are complete: tauri.conf.json, capabilities, icons and ui/dist");
}
