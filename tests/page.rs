//! What the window's page may do: show itself and call our own commands, nothing else.

mod support;

use serde_json::{Value, json};
use std::fs;
use support::{assert_none, read, root};

#[test]
fn the_page_can_reach_neither_files_nor_the_network() {
    let window = root().join("src-tauri");
    let settings: Value = serde_json::from_str(&read(&window.join("tauri.conf.json"))).unwrap();
    let mut faults = settings_faults(&settings);
    let capabilities: Vec<_> = fs::read_dir(window.join("capabilities")).unwrap().collect();
    if capabilities.len() != 1 {
        faults.push(format!("src-tauri/capabilities holds {} files, not one", capabilities.len()));
    }
    for entry in capabilities {
        faults.extend(capability_faults(&serde_json::from_str(&read(&entry.unwrap().path())).unwrap()));
    }
    assert_none(&faults);
}

#[test]
fn weak_settings_are_found() {
    let strict = json!({ "app": { "withGlobalTauri": false, "security": { "csp": "default-src 'none'" } } });
    assert_eq!(settings_faults(&strict), [""; 0]);
    for (pointer, weak) in [
        ("/app/withGlobalTauri", json!(true)),
        ("/app/security", json!({ "csp": null })),
        ("/app/security", json!({ "csp": "default-src 'none'", "assetProtocol": { "enable": true } })),
        (
            "/app/security",
            json!({ "csp": "default-src 'none'", "dangerousDisableAssetCspModification": true }),
        ),
    ] {
        let mut settings = strict.clone();
        *settings.pointer_mut(pointer).unwrap() = weak;
        assert_eq!(settings_faults(&settings).len(), 1, "{settings}");
    }
}

#[test]
fn a_weak_policy_is_found() {
    let strict =
        "default-src 'none'; script-src 'self'; connect-src ipc: http://ipc.localhost; img-src data:";
    assert_eq!(policy_faults(strict), [""; 0]);
    for weak in [
        "",
        "script-src 'self'",
        "default-src *",
        "default-src 'self' https:",
        "default-src 'none'; script-src 'self' 'unsafe-inline'",
        "default-src 'none'; script-src 'unsafe-eval'",
        "default-src 'none'; script-src data:",
        "default-src 'none'; connect-src https://example.org",
    ] {
        assert_eq!(policy_faults(weak).len(), 1, "{weak}");
    }
}

#[test]
fn a_wide_capability_is_found() {
    let narrow = json!({ "windows": ["main"], "permissions": ["core:event:default", "allow-translate"] });
    assert_eq!(capability_faults(&narrow), [""; 0]);
    for wide in [
        json!({ "permissions": ["fs:default"] }),
        json!({ "permissions": [{ "identifier": "shell:allow-open", "allow": [] }] }),
        json!({ "permissions": ["http:default"] }),
        json!({ "permissions": [], "remote": { "urls": ["https://example.org"] } }),
        json!({}),
    ] {
        assert_eq!(capability_faults(&wide).len(), 1, "{wide}");
    }
}

fn settings_faults(settings: &Value) -> Vec<String> {
    let security = &settings["app"]["security"];
    let mut faults = policy_faults(security["csp"].as_str().unwrap_or_default());
    if settings["app"]["withGlobalTauri"] != Value::Bool(false) {
        faults.push("app.withGlobalTauri is not false".into());
    }
    if security["assetProtocol"]["enable"] == Value::Bool(true) {
        faults.push("app.security.assetProtocol opens files to the page".into());
    }
    if !security["dangerousDisableAssetCspModification"].is_null() {
        faults.push("app.security.dangerousDisableAssetCspModification weakens the policy".into());
    }
    faults
}

/// Everything but the page's own files, the calls into Rust and pictures made in the page.
fn policy_faults(policy: &str) -> Vec<String> {
    let directives: Vec<Vec<&str>> =
        policy.split(';').map(|text| text.split_whitespace().collect()).collect();
    if !directives.iter().any(|words| words.first() == Some(&"default-src")) {
        return vec![format!("the content security policy has no default-src: {policy:?}")];
    }
    let mut faults = Vec::new();
    for (name, sources) in directives.iter().filter_map(|words| words.split_first()) {
        let allowed: &[&str] = match *name {
            "connect-src" => &["'none'", "'self'", "ipc:", "http://ipc.localhost"],
            "img-src" => &["'none'", "'self'", "data:", "blob:"],
            _ => &["'none'", "'self'"],
        };
        for source in sources.iter().filter(|source| !allowed.contains(source)) {
            faults.push(format!("the content security policy allows {source} in {name}"));
        }
    }
    faults
}

/// Permissions for files, programs and the network, and for pages from elsewhere.
fn capability_faults(capability: &Value) -> Vec<String> {
    let Some(permissions) = capability["permissions"].as_array() else {
        return vec!["a capability lists no permissions".into()];
    };
    // Files are chosen in a dialog that Rust opens, so the page needs no dialog either.
    let wide = ["dialog:", "fs:", "http:", "opener:", "shell:"];
    let identifiers = permissions.iter().map(|p| p.as_str().or(p["identifier"].as_str()).unwrap_or_default());
    let mut faults: Vec<_> = identifiers
        .filter(|identifier| wide.iter().any(|plugin| identifier.starts_with(plugin)))
        .map(|identifier| format!("a capability allows the page {identifier}"))
        .collect();
    if !capability["remote"].is_null() {
        faults.push("a capability is given to remote pages".into());
    }
    faults
}
