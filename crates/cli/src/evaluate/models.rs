//! The available models: those of a folder of imported models, or those given by role.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use evaluation::paper::Size;
use translation::{Catalog, Error, LanguagePair, Member, Problem, Quality};

use super::formulas::{ROLES, role_of};
use super::system_outputs::split_label;
use crate::failure::Failure;

/// The available models.
pub struct Models {
    /// Folder of imported models.
    pub library: PathBuf,
    /// By term, for the direction from `from`; empty: the library's models for a pair.
    chosen: BTreeMap<String, String>,
    catalog: Catalog,
    from: String,
}

/// A recipe with its models.
pub struct ResolvedRecipe {
    /// The recipe as given to the translator.
    pub formula: String,
    /// Models by term, as given to the translator.
    pub chosen: BTreeMap<String, String>,
    /// The models with their weights.
    pub members: Vec<Member>,
    /// Whether the models choose between a translation and its branches.
    pub quality: Quality,
}

/// Why a recipe cannot be decoded.
pub enum RecipeError {
    /// No model has this role.
    MissingRole(String),
    /// Anything else.
    Failed(Failure),
}

impl Models {
    /// Reads `ROLE=MODEL …` for `pair`, or a folder.
    ///
    /// # Errors
    /// Unknown roles, models that are not imported.
    pub fn new(arguments: &[String], pair: &LanguagePair) -> Result<Self, Failure> {
        let mut library = None;
        let mut chosen = BTreeMap::new();
        for argument in arguments {
            match split_label(argument) {
                (Some(role), model) => {
                    let term = term_of(role)?;
                    if chosen.insert(term.to_owned(), absolute_model(model)?).is_some() {
                        return Err(Failure::usage(
                            &format!("two models have the role {role}"),
                            "Give each role once.",
                        ));
                    }
                }
                (None, folder) => library = Some(library_folder(folder)?),
            }
        }
        let library = translation::models_folder(library.as_deref())?;
        let catalog = Catalog::read(&library)?;
        for model in chosen.values() {
            catalog.find(model)?;
        }
        Ok(Self { library, chosen, catalog, from: pair.from.clone() })
    }

    /// The models of a recipe for a pair, which is the one of [`Models::new`] or its reverse.
    pub fn resolve(&self, pair: &LanguagePair, recipe: &str) -> Result<ResolvedRecipe, RecipeError> {
        let failed = |error: Error| RecipeError::Failed(error.into());
        let given = self.chosen_for(pair);
        let (sum, chosen) = self.catalog.recipe(pair, recipe, &given).map_err(failed)?;
        // If the command line gives roles, no other model of the library has one.
        let lacks = |model: &str| is_role(model) && !chosen.contains_key(model);
        if !given.is_empty()
            && let Some(term) = sum.terms.iter().find(|term| lacks(&term.model))
        {
            return Err(RecipeError::MissingRole(role_of(&term.model).to_owned()));
        }
        match self.catalog.members(pair, &sum, &chosen) {
            Ok(members) => {
                Ok(ResolvedRecipe { formula: recipe.to_owned(), chosen, members, quality: Quality::Fast })
            }
            Err(Error::MissingTerm(term)) => Err(RecipeError::MissingRole(role_of(&term).to_owned())),
            Err(error) => Err(failed(error)),
        }
    }

    /// The sum that a pair has by itself: of the models given by role, else that of `wasan translate`.
    ///
    /// # Errors
    /// No model for the pair.
    pub fn own(&self, pair: &LanguagePair) -> Result<ResolvedRecipe, Failure> {
        if self.chosen.is_empty() {
            let own = self.catalog.recipe_in_use(pair)?;
            let (recipe, chosen) = self.catalog.recipe(pair, &own.recipe, &own.models)?;
            let members = self.catalog.members(pair, &recipe, &chosen)?;
            return Ok(ResolvedRecipe {
                formula: own.recipe,
                chosen: own.models,
                members,
                quality: Quality::Fast,
            });
        }
        let available = |term: &&str| self.resolve(pair, term).is_ok();
        let sum = ["L", "src", "tgt"].into_iter().filter(available).collect::<Vec<_>>().join(" + ");
        self.resolve(pair, &sum).map_err(|error| error.into_failure(&sum))
    }

    /// By what a calibration names the models of a recipe.
    ///
    /// # Errors
    /// Models that are no longer there.
    pub fn digest(&self, pair: &LanguagePair, recipe: &ResolvedRecipe) -> Result<String, Failure> {
        Ok(self.catalog.models_digest(pair, &recipe.formula, &recipe.chosen)?)
    }

    /// The size in the paper of the model for a term.
    pub fn size(&self, pair: &LanguagePair, term: &str) -> Option<Size> {
        let recipe = self.resolve(pair, term).ok()?;
        recipe.members.first().and_then(|member| Size::of(member.entry.parameters()))
    }

    // S_SRC of one direction is S_TGT of the other.
    fn chosen_for(&self, pair: &LanguagePair) -> BTreeMap<String, String> {
        if pair.from == self.from {
            return self.chosen.clone();
        }
        let swapped = |term: &String| match term.as_str() {
            "src" => "tgt".to_owned(),
            "tgt" => "src".to_owned(),
            other => other.to_owned(),
        };
        self.chosen.iter().map(|(term, model)| (swapped(term), model.clone())).collect()
    }
}

impl RecipeError {
    /// The failure that ends the command.
    pub fn into_failure(self, sum: &str) -> Failure {
        match self {
            Self::MissingRole(role) if term_of(&role).is_err() => Failure::usage(
                &format!("no recipe or model has this name: {role}"),
                "Recipes are collab, collab-half, proxy, … (`wasan translate --help`), tuned, or sums of roles and models; \
                `wasan models list` shows the models.",
            ),
            Self::MissingRole(role) => Failure::from(Problem {
                code: "missing_model".to_owned(),
                message: format!("the recipe needs a model with the role {role}, but none has it: {sum}"),
                hint: format!("Name one (--models {role}=MODEL), or choose other recipes with --recipes."),
            }),
            Self::Failed(failure) => failure,
        }
    }
}

fn is_role(term: &str) -> bool {
    ROLES.iter().any(|(_, ours)| *ours == term)
}

fn term_of(role: &str) -> Result<&'static str, Failure> {
    let same = |(paper, ours): &&(&str, &str)| paper.eq_ignore_ascii_case(role) || *ours == role;
    ROLES.iter().find(same).map(|(_, term)| *term).ok_or_else(|| {
        let roles: Vec<&str> = ROLES.iter().map(|(role, _)| *role).collect();
        Failure::usage(
            &format!("the paper does not have this role: {role}"),
            &format!("The roles are {}, such as --models L=llama-3b.", roles.join(", ")),
        )
    })
}

// A folder gets its absolute path, because the recipe `tuned` may be used from another working directory.
fn absolute_model(name: &str) -> Result<String, Failure> {
    let path = Path::new(name);
    if path.join("config.json").is_file() && !path.join("model.json").is_file() {
        return Err(Failure::usage(
            &format!("this model is not imported: {name}"),
            &format!("Import it first: wasan models import {name}"),
        ));
    }
    let absolute = || std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    Ok(match path.join("model.json").is_file() {
        true => absolute().to_string_lossy().into_owned(),
        false => name.to_owned(),
    })
}

fn library_folder(folder: &str) -> Result<PathBuf, Failure> {
    let path = Path::new(folder);
    let problem = match path {
        path if !path.is_dir() => "no folder of imported models",
        path if path.join("model.json").is_file() => "this is a single model without a role",
        _ => return Ok(path.to_owned()),
    };
    Err(Failure::usage(
        &format!("{problem}: {folder}"),
        "Give ROLE=MODEL, such as --models L=llama-3b S_SRC=german S_TGT=english, or a folder of imported models.",
    ))
}
