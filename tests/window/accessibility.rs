//! Every view in both themes, as axe-core finds it in the real webview, which has the layout and colours that jsdom lacks.

use crate::driver::{Session, key};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const PAGES: [&str; 7] = ["models", "general", "glossary", "memory", "hardware", "privacy", "about"];

/// After the other walks, so that the queue and the history have something in them.
pub fn axe_finds_no_fault(page: &Session) {
    let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
    page.ask(&format!("{}; window.axe = axe", fs::read_to_string(axe).expect("npm has installed axe-core")));
    // A colour on its way to another is neither.
    page.ask(
        "const sheet = new CSSStyleSheet();
         sheet.replaceSync('* { transition: none !important }');
         document.adoptedStyleSheets = [sheet];",
    );
    for theme in ["light", "dark"] {
        page.ask(&format!("document.documentElement.dataset.theme = '{theme}'"));
        for tab in ["1", "2", "h"] {
            page.presses(&[key::CONTROL, tab]);
            check(page, &format!("{tab}, {theme}"));
        }
        page.presses(&[key::CONTROL, ","]);
        for name in PAGES {
            page.ask(&format!("document.getElementById('settings-{name}').click()"));
            check(page, &format!("{name}, {theme}"));
        }
    }
}

fn check(page: &Session, view: &str) {
    let faults = page.ask_later(
        "const [done] = arguments;
         axe.run(document).then(
           ({ violations }) => done(violations.map(({ id, nodes }) => id + ': ' + nodes[0].html)),
           (error) => done([String(error)]),
         )",
        json!([]),
    );
    assert_eq!(faults, Value::Array(Vec::new()), "{view}");
}
