//! The sums of the paper's tables and those that a user names, in the paper's notation and as recipes.

use evaluation::paper::TABLES;
use translation::{PRESETS, Quality, Recipe};

/// Roles of the paper, and their terms in recipes.
pub const ROLES: [(&str, &str); 6] =
    [("L", "L"), ("L_MT", "L_MT"), ("S", "base"), ("S_MT", "mt"), ("S_SRC", "src"), ("S_TGT", "tgt")];

/// The row of the sum with a gate.
const GATED: &str = "gated";

/// The row of the noisy-channel choice, and the sum that it judges with.
const BEST: &str = "best";
const COLLAB: &str = "L + S_SRC + S_TGT";

/// A row of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// The row's name.
    pub name: String,
    /// The recipe that is decoded.
    pub recipe: String,
    /// The sum in the paper's notation, if its tables have it.
    pub published: Option<&'static str>,
    /// The paper's name for the method.
    pub method: Option<&'static str>,
    /// Whether the paper's table 2 has it.
    pub in_table_2: bool,
    /// Whether the models choose between a translation and its branches.
    pub quality: Quality,
}

/// Every sum of the paper's tables, then the specialists alone, the gated sum and the choice between branches.
pub fn paper_formulas() -> Vec<Formula> {
    let mut formulas: Vec<Formula> = Vec::new();
    for row in &TABLES {
        if formulas.iter().any(|formula| formula.published == Some(row.formula)) {
            continue;
        }
        formulas.push(Formula {
            name: row.formula.to_owned(),
            recipe: recipe_of(row.formula),
            published: Some(row.formula),
            method: Some(row.method),
            in_table_2: row.bertscore_f1.is_some(),
            quality: Quality::Fast,
        });
    }
    formulas.extend(["S_SRC", "S_TGT"].map(unpublished));
    formulas.push(Formula { method: Some("gated sum"), ..unpublished(GATED) });
    formulas.push(choice(BEST, COLLAB));
    formulas
}

/// The choice between branches with this sum.
fn choice(name: &str, sum: &str) -> Formula {
    Formula { quality: Quality::Best, method: Some("noisy-channel choice"), ..unpublished_as(name, sum) }
}

/// The sum that a user names: a preset, `tuned`, `best`, `best:` with another sum, `gated`, `gated:` with a sum, or a formula in
/// either notation.
pub fn parse_formula(text: &str) -> Formula {
    let text = text.trim();
    if text == BEST {
        return choice(text, COLLAB);
    }
    if let Some(sum) = text.strip_prefix(BEST).and_then(|rest| rest.strip_prefix(':')) {
        return choice(text, &parse_formula(sum).recipe);
    }
    let preset = PRESETS.iter().any(|(name, _)| *name == text) || text == translation::TUNED;
    let recipe = if preset { text.to_owned() } else { recipe_of(text) };
    let is_same =
        |formula: &Formula| in_order(&formula.recipe).is_some_and(|other| in_order(&recipe) == Some(other));
    match paper_formulas().into_iter().find(is_same) {
        Some(known) => Formula { name: text.to_owned(), recipe, ..known },
        None => Formula { recipe, ..unpublished(text) },
    }
}

/// The paper's role of a term; other terms are returned unchanged.
pub fn role_of(term: &str) -> &str {
    ROLES.iter().find(|(_, ours)| *ours == term).map_or(term, |(role, _)| role)
}

fn unpublished(name: &str) -> Formula {
    unpublished_as(name, name)
}

fn unpublished_as(name: &str, sum: &str) -> Formula {
    let (name, recipe) = (name.to_owned(), recipe_of(sum));
    Formula { name, recipe, published: None, method: None, in_table_2: false, quality: Quality::Fast }
}

// `L + (½S_SRC + ½S_TGT − S)` → `L + ½src + ½tgt − base`; a difference in parentheses is always added.
fn recipe_of(formula: &str) -> String {
    let mut recipe = String::with_capacity(formula.len());
    let mut word = String::new();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for c in formula.chars().map(Some).chain([None]) {
        match c {
            Some(c) if is_word(c) && !(word.is_empty() && c.is_ascii_digit()) => word.push(c),
            other => {
                let term = ROLES.iter().find(|(role, _)| *role == word).map_or(&*word, |(_, term)| term);
                recipe.push_str(term);
                word.clear();
                recipe.extend(other.filter(|c| !matches!(c, '(' | ')')));
            }
        }
    }
    recipe
}

// The recipe with its terms in the order of their names.
fn in_order(recipe: &str) -> Option<Recipe> {
    let mut recipe = Recipe::parse(recipe).ok()?;
    recipe.terms.sort_by(|a, b| a.model.cmp(&b.model));
    Some(recipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_thirteen_sums_two_models_a_gated_sum_and_a_choice() {
        let all = paper_formulas();
        assert_eq!(all.len(), 17);
        for formula in &all {
            assert!(in_order(&formula.recipe).is_some(), "{formula:?}");
        }
        let recipe = |name: &str| all.iter().find(|f| f.name == name).map(|f| f.recipe.as_str());
        assert_eq!(recipe("L + (½S_SRC + ½S_TGT − S)"), Some("L + ½src + ½tgt − base"));
        assert_eq!(recipe("L_MT"), Some("L_MT"));
        assert_eq!(recipe("S_TGT"), Some("tgt"));
        let table_2: Vec<&str> = all.iter().filter(|f| f.in_table_2).map(|f| f.name.as_str()).collect();
        assert_eq!(table_2, ["S", "S_MT", "L", "L_MT", "L + (S_MT − S)", "L + S_SRC + S_TGT"]);
    }

    #[test]
    fn a_users_sum_finds_its_row_of_the_paper() {
        assert_eq!(parse_formula("collab").published, Some("L + S_SRC + S_TGT"));
        assert_eq!(parse_formula("src + L").published, Some("L + S_SRC"));
        assert_eq!(parse_formula("0.5*S_SRC + L + .5 S_TGT").published, Some("L + ½S_SRC + ½S_TGT"));
        assert_eq!(parse_formula("gated").method, Some("gated sum"));
        let gated = parse_formula("gated 0.95 0: L + S_SRC + S_TGT");
        assert_eq!((gated.published, &*gated.recipe), (None, "gated 0.95 0: L + src + tgt"));
        let own = parse_formula("L + 2*src");
        assert_eq!((own.name.as_str(), own.recipe.as_str(), own.published), ("L + 2*src", "L + 2*src", None));
        assert_eq!(parse_formula("tuned").recipe, "tuned");
        assert_eq!(parse_formula("collab").quality, Quality::Fast);
        let choices = ["best", "best:tuned", "best:L + ½S_SRC"].map(parse_formula);
        assert_eq!(choices.each_ref().map(|row| row.recipe.as_str()), ["L + src + tgt", "tuned", "L + ½src"]);
        assert!(choices.iter().all(|row| row.quality == Quality::Best && row.published.is_none()));
    }
}
