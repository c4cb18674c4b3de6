//! A recipe: a weighted sum of models, such as those of table 6 of the Collab-MT paper.

use std::fmt;

use kernels::gate::GateSettings;

use crate::error::{Error, Result};

/// One model of a sum.
#[derive(Debug, Clone, PartialEq)]
pub struct RecipeTerm {
    /// Factor of its logits.
    pub weight: f32,
    /// "L", "src", "tgt", "base", "mt", or any other name.
    pub model: String,
}

/// A weighted sum of models' logits.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// The terms, each model once.
    pub terms: Vec<RecipeTerm>,
    /// When L decides alone, if the sum is gated.
    pub gate: Option<GateSettings>,
}

/// Names of the paper's sums.
pub const PRESETS: [(&str, &str); 6] = [
    ("original", "L"),
    ("fine-tuned", "mt"),
    ("proxy", "L + mt - base"),
    ("collab", "L + src + tgt"),
    ("collab-half", "L + 0.5*src + 0.5*tgt"),
    ("collab-mt", "L + mt"),
];

/// The word before a gated sum, and the sum that it means alone.
const GATED: &str = "gated";
const COLLAB: &str = "collab";

/// The term of the large model.
const LARGE: &str = "L";

/// The gate of a recipe that names no settings.
const GATE: GateSettings = GateSettings { certain: 0.9, share: 0.01 };

impl Recipe {
    /// Parses a preset's name or a sum such as `L + 0.5*src - base`. `gated: SUM` is the sum with a gate that measurements
    /// chose, `gated 0.9 0.01: SUM` with one of these settings ([`GateSettings`]), and `gated` that of `collab`.
    ///
    /// # Example
    /// ```
    /// use engine::Recipe;
    /// let recipe = Recipe::parse("L + 0.5*src − base").expect("a sum");
    /// let terms: Vec<_> = recipe.terms.iter().map(|term| (term.weight, term.model.as_str())).collect();
    /// assert_eq!(terms, [(1.0, "L"), (0.5, "src"), (-1.0, "base")]);
    /// assert_eq!(Recipe::parse("collab").expect("a preset").to_string(), "L + src + tgt");
    /// assert!(Recipe::parse("L +").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let (gate, sum) = gate_of(text).ok_or_else(|| Error::Recipe(text.to_owned()))?;
        let preset = PRESETS.iter().find(|(name, _)| *name == sum.trim());
        let sum = preset.map_or(sum, |(_, sum)| sum).replace('−', "-");
        let mut terms: Vec<RecipeTerm> = Vec::new();
        let mut rest = sum.trim();
        if rest.is_empty() {
            return Err(Error::Recipe(text.to_owned()));
        }
        let mut sign = 1.0;
        if let Some(after) = rest.strip_prefix('-') {
            sign = -1.0;
            rest = after;
        }
        loop {
            let end = rest.find(['+', '-']).unwrap_or(rest.len());
            let (term, after) = rest.split_at(end);
            add(&mut terms, sign, term.trim()).ok_or_else(|| Error::Recipe(term.trim().to_owned()))?;
            let mut characters = after.chars();
            match characters.next() {
                None => break,
                Some('-') => sign = -1.0,
                Some(_) => sign = 1.0,
            }
            rest = characters.as_str();
        }
        if terms.len() > kernels::logit_sum::MAX_TERMS {
            return Err(Error::TooManyTerms(terms.len()));
        }
        let recipe = Self { terms, gate };
        match recipe.gate.is_none() || recipe.uses(LARGE) {
            true => Ok(recipe),
            false => Err(Error::Recipe(text.to_owned())),
        }
    }

    /// Whether the sum has a term with this model.
    pub fn uses(&self, model: &str) -> bool {
        self.terms.iter().any(|term| term.model == model)
    }
}

// Splits a gate from its sum; `None` for settings that are none.
fn gate_of(text: &str) -> Option<(Option<GateSettings>, &str)> {
    let Some(rest) = text.trim().strip_prefix(GATED) else { return Some((None, text)) };
    let (settings, sum) = match rest.split_once(':') {
        Some(split) => split,
        None if rest.is_empty() => ("", COLLAB),
        // Another word that begins so.
        None => return Some((None, text)),
    };
    let numbers: Option<Vec<f32>> = settings.split_whitespace().map(|number| number.parse().ok()).collect();
    let gate = match numbers?[..] {
        [] => GATE,
        [certain, share] if (0.0..=2.0).contains(&certain) && (0.0..=1.0).contains(&share) => {
            GateSettings { certain, share }
        }
        _ => return None,
    };
    Some((Some(gate), sum))
}

// Parses `0.5*src`, `0.5 src`, `½src` or `src`; a model that occurs twice becomes one term.
fn add(terms: &mut Vec<RecipeTerm>, sign: f32, text: &str) -> Option<()> {
    let halves = text.strip_prefix('½').map(|rest| (0.5, rest));
    let (factor, name) = halves.unwrap_or_else(|| {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        text[..digits].parse::<f32>().map_or((1.0, text), |factor| (factor, &text[digits..]))
    });
    let name = name.trim_start_matches([' ', '*', '·']).trim();
    let valid = name.starts_with(|c: char| c.is_alphabetic())
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !valid || !factor.is_finite() {
        return None;
    }
    match terms.iter_mut().find(|term| term.model == name) {
        Some(term) => term.weight += sign * factor,
        None => terms.push(RecipeTerm { weight: sign * factor, model: name.to_owned() }),
    }
    Some(())
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(GateSettings { certain, share }) = self.gate {
            write!(f, "{GATED} {certain} {share}: ")?;
        }
        for (i, RecipeTerm { weight, model }) in self.terms.iter().enumerate() {
            let sign = match (i, weight.is_sign_negative()) {
                (0, false) => "",
                (0, true) => "-",
                (_, false) => " + ",
                (_, true) => " - ",
            };
            write!(f, "{sign}")?;
            if weight.abs() != 1.0 {
                write!(f, "{}*", weight.abs())?;
            }
            write!(f, "{model}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<(f32, String)> {
        Recipe::parse(text).expect(text).terms.into_iter().map(|term| (term.weight, term.model)).collect()
    }

    #[test]
    fn every_formula_of_table_6_is_read() {
        let formulas = [
            ("L", "L"),
            ("L + (mt)", ""),
            ("L + mt - base", "L + mt - base"),
            ("L + src - base", "L + src - base"),
            ("L + ½src + ½tgt − base", "L + 0.5*src + 0.5*tgt - base"),
            ("L+0.5*src+0.5*tgt", "L + 0.5*src + 0.5*tgt"),
            ("collab", "L + src + tgt"),
            ("-src + L + src", "0*src + L"),
        ];
        for (text, shown) in formulas {
            match Recipe::parse(text) {
                Ok(recipe) => assert_eq!(recipe.to_string(), shown, "{text}"),
                Err(_) => assert_eq!(shown, "", "{text}"),
            }
        }
        assert_eq!(terms("2 L - 1.5*S"), [(2.0, "L".to_owned()), (-1.5, "S".to_owned())]);
    }

    #[test]
    fn a_gate_stands_before_its_sum() {
        let shown = |text: &str| Recipe::parse(text).map(|recipe| recipe.to_string()).ok();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(shown("gated"), some("gated 0.9 0.01: L + src + tgt"));
        assert_eq!(shown("gated: L + 0.5*src"), some("gated 0.9 0.01: L + 0.5*src"));
        assert_eq!(shown(" gated 0.95 0 : collab "), some("gated 0.95 0: L + src + tgt"));
        assert_eq!(shown("gated_model + L"), some("gated_model + L"));
        for text in
            ["gated: src + tgt", "gated 1: L", "gated 3 0: L", "gated a b: L", "gated -1 0: L", "gated:"]
        {
            assert_eq!(shown(text), None, "{text}");
        }
        let gate = |text: &str| Recipe::parse(text).ok().and_then(|recipe| recipe.gate);
        assert_eq!(gate("L + src"), None);
        assert_eq!(gate("gated 0.5 0.25: L + src"), Some(GateSettings { certain: 0.5, share: 0.25 }));
    }

    #[test]
    fn what_is_not_a_sum_is_refused_by_name() {
        for text in ["", "L +", "+ L", "L * src", "3", "L ++ src", "L + 1e9999x y"] {
            assert!(matches!(Recipe::parse(text), Err(Error::Recipe(_))), "{text}");
        }
        let many = (0..9).map(|i| format!("m{i}")).collect::<Vec<_>>().join(" + ");
        assert!(matches!(Recipe::parse(&many), Err(Error::TooManyTerms(9))));
    }
}
