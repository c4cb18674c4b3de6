//! Sliding windows of a source: which layers have one, and whether it matters.

use crate::architecture::{Architecture, Window};
use crate::{Error, Result};

/// [`Window::full_every`] for layers of which these have the window; `None` if none has.
pub(crate) fn full_every(windowed: &[bool]) -> Result<Option<usize>> {
    if !windowed.contains(&true) {
        return Ok(None);
    }
    let Some(first_full) = windowed.iter().position(|windowed| !windowed) else { return Ok(Some(0)) };
    let period = first_full + 1;
    let regular =
        windowed.iter().enumerate().all(|(layer, windowed)| *windowed != (layer + 1).is_multiple_of(period));
    if !regular {
        let layers = windowed.iter().enumerate().filter(|(_, windowed)| !**windowed).take(4);
        let found = layers.map(|(layer, _)| layer.to_string()).collect::<Vec<_>>().join(", ");
        return Err(Error::Unsupported {
            feature: "a sliding window in layers without a regular pattern",
            found: format!("layers {found} without it"),
        });
    }
    Ok(Some(period))
}

/// Gives the architecture this window, unless it is too long to matter. `own_rope`: layers with the window have
/// their own RoPE.
pub(crate) fn set(architecture: &mut Architecture, window: Option<Window>, own_rope: bool) -> Result<()> {
    let Some(window) = window else { return Ok(()) };
    if window.size >= architecture.max_positions {
        if own_rope {
            return Err(Error::Unsupported {
                feature: "RoPE of its own for a window as long as the longest sequence",
                found: format!("{} of {} positions", window.size, architecture.max_positions),
            });
        }
        return Ok(());
    }
    architecture.window = Some(window);
    architecture.window_rope = own_rope;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_patterns_are_recognised() {
        let of = |layers: &str| full_every(&layers.chars().map(|layer| layer == 'w').collect::<Vec<_>>());
        for (layers, expected) in [
            ("ffff", None),
            ("", None),
            ("wwww", Some(0)),
            ("wwwwwfwwwwwfw", Some(6)),
            ("wfwf", Some(2)),
            ("wf", Some(2)),
        ] {
            assert_eq!(of(layers).unwrap(), expected, "{layers}");
        }
        for layers in ["fw", "ffwf", "wfww", "wfff", "wwfwfw"] {
            let error = of(layers).unwrap_err().to_string();
            assert!(error.contains("without a regular pattern"), "{layers}: {error}");
        }
    }

    #[test]
    fn a_long_window_does_not_matter() {
        let architecture = Architecture { max_positions: 64, ..Architecture::llama(8) };
        let window = |size, own_rope| {
            let mut architecture = architecture;
            set(&mut architecture, Some(Window { size, full_every: 0 }), own_rope).map(|()| architecture)
        };
        assert_eq!(window(64, false).unwrap().window, None);
        assert_eq!(window(63, false).unwrap().window, Some(Window { size: 63, full_every: 0 }));
        assert!(window(63, true).unwrap().window_rope);
        assert!(window(64, true).is_err());
    }
}
