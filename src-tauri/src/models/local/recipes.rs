//! What translates each pair, and what else could.

use crate::page::{PairRecipes, RecipeChoice};
use translation::{Catalog, ChosenRecipe, LanguagePair, RecipeInUse, RecipeOrigin, Result, published_sets};

/// The pairs that the installed models translate, with their recipes.
pub fn all(catalog: &Catalog) -> Vec<PairRecipes> {
    let pairs = catalog.pairs().into_iter();
    pairs.filter_map(|pair| of_pair(catalog, pair).ok()).collect()
}

fn of_pair(catalog: &Catalog, pair: LanguagePair) -> Result<PairRecipes> {
    let current = catalog.recipe_in_use(&pair)?;
    let mut choices: Vec<RecipeInUse> = catalog.recipes_for(&pair)?;
    if choices.iter().all(|choice| recipe_id(choice) != recipe_id(&current)) {
        choices.push(current.clone());
    }
    let choices = choices.iter().map(|choice| RecipeChoice {
        id: recipe_id(choice),
        label: label(catalog, &pair, choice),
        sum: sum(catalog, &pair, choice),
        demonstration: catalog.demonstrates(&pair, choice),
    });
    Ok(PairRecipes { current: recipe_id(&current), choices: choices.collect(), pair })
}

/// Makes a choice the pair's recipe; the first one leaves it to the program again.
pub fn choose(catalog: &Catalog, pair: &LanguagePair, id: &str) -> Result<()> {
    let choices = catalog.recipes_for(pair)?;
    let index = choices.iter().position(|choice| recipe_id(choice) == id);
    let Some(choice) = index.and_then(|index| choices.into_iter().nth(index)) else { return Ok(()) };
    let own = ChosenRecipe { recipe: choice.recipe, models: choice.models };
    translation::choose_recipe(None, pair, (index != Some(0)).then_some(own)).map(drop)
}

fn label(catalog: &Catalog, pair: &LanguagePair, recipe: &RecipeInUse) -> String {
    match &recipe.origin {
        RecipeOrigin::Set(id) => {
            let set = published_sets().ok().and_then(|sets| sets.iter().find(|set| set.id == *id));
            let title = set.map_or(id.as_str(), |set| &set.title);
            match set.is_some_and(|set| set.recipes.len() > 1) {
                true => format!("{title}: {}", recipe.recipe),
                false => title.to_owned(),
            }
        }
        RecipeOrigin::Tuned => "Tuned on your texts".into(),
        RecipeOrigin::Specialists if catalog.demonstrates(pair, recipe) => "Built in".into(),
        RecipeOrigin::Specialists => names(catalog, pair, recipe),
        RecipeOrigin::Chosen => "Your choice".into(),
    }
}

fn sum(catalog: &Catalog, pair: &LanguagePair, recipe: &RecipeInUse) -> String {
    catalog
        .recipe(pair, &recipe.recipe, &recipe.models)
        .map_or_else(|_| recipe.recipe.clone(), |(recipe, _)| recipe.to_string())
}

fn names(catalog: &Catalog, pair: &LanguagePair, recipe: &RecipeInUse) -> String {
    let members = catalog
        .recipe(pair, &recipe.recipe, &recipe.models)
        .and_then(|(recipe, models)| catalog.members(pair, &recipe, &models));
    let names = members.unwrap_or_default().into_iter().map(|member| member.entry.id);
    names.collect::<Vec<_>>().join(" + ")
}

/// Identifies a recipe among those of its pair.
fn recipe_id(recipe: &RecipeInUse) -> String {
    let models = recipe.models.iter().map(|(term, name)| format!(" {term}={name}"));
    format!("{}{}", recipe.recipe, models.collect::<String>())
}
