//! `wasan models recipe`: which weighted sum of models translates a pair.

use std::collections::BTreeMap;

use clap::Args;
use translation::{Catalog, ChosenRecipe, LanguagePair, RecipeInUse, RecipeOrigin, choose_recipe};

use crate::arguments::LibraryArgs;
use crate::failure::Failure;
use crate::results::say;

#[derive(Args)]
pub struct Recipe {
    /// The language pair, such as de-en
    pair: LanguagePair,
    /// The sum that translates the pair from now on: one of those shown, a preset's name, or a formula
    #[arg(conflicts_with = "reset")]
    recipe: Option<String>,
    /// An installed model for a term of the sum, such as L=llama-8b (repeatable) [default: those shown with the sum, else
    /// what the pair's languages suggest]
    #[arg(long = "model", value_name = "TERM=MODEL", value_parser = term, requires = "recipe")]
    terms: Vec<(String, String)>,
    /// Leave the choice to Wasan again
    #[arg(long)]
    reset: bool,
    #[command(flatten)]
    library: LibraryArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn term(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((term, model)) if !term.is_empty() && !model.is_empty() => Ok((term.into(), model.into())),
        _ => Err("write a term and a model, such as L=llama-8b".to_owned()),
    }
}

impl Recipe {
    pub fn run(self) -> Result<(), Failure> {
        let Self { pair, recipe, terms, reset, library, json } = self;
        let models = library.models.as_deref();
        if let Some(recipe) = recipe {
            let choice = choice(&Catalog::of(models)?, &pair, recipe, terms.into_iter().collect())?;
            choose_recipe(models, &pair, Some(choice))?;
        } else if reset {
            choose_recipe(models, &pair, None)?;
        }
        show(&Catalog::of(models)?, &pair, json)
    }
}

/// The recipe with the models that are listed with it, overridden by `named`. Each of its terms must have a model.
fn choice(
    catalog: &Catalog,
    pair: &LanguagePair,
    recipe: String,
    named: BTreeMap<String, String>,
) -> Result<ChosenRecipe, Failure> {
    let listed = catalog.recipes_for(pair)?.into_iter().find(|listed| listed.recipe == recipe);
    let mut models = listed.map(|listed| listed.models).unwrap_or_default();
    models.extend(named);
    let (sum, of_terms) = catalog.recipe(pair, &recipe, &models)?;
    catalog.members(pair, &sum, &of_terms)?;
    Ok(ChosenRecipe { recipe, models })
}

fn show(catalog: &Catalog, pair: &LanguagePair, json: bool) -> Result<(), Failure> {
    let used = catalog.recipe_in_use(pair)?;
    let all = catalog.recipes_for(pair)?;
    if json {
        say!("{}", serde_json::json!({"pair": pair, "used": used, "available": all}));
        return Ok(());
    }
    say!("{pair} uses  {}", described(&used));
    for recipe in &all {
        say!("  {}", described(recipe));
    }
    Ok(())
}

fn described(recipe: &RecipeInUse) -> String {
    let origin = match &recipe.origin {
        RecipeOrigin::Chosen => "chosen by you".to_owned(),
        RecipeOrigin::Set(set) => format!("set {set}"),
        RecipeOrigin::Tuned => "found by a search".to_owned(),
        RecipeOrigin::Specialists => "L and specialists".to_owned(),
    };
    let models: Vec<String> = recipe.models.iter().map(|(term, model)| format!("{term}={model}")).collect();
    format!("{:24} {origin}  {}", recipe.recipe, models.join(" ")).trim_end().to_owned()
}
