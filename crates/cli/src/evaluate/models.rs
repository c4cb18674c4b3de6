//! The models at hand: those of a folder of imported ones, or those that roles were given to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use evaluation::paper::Size;
use translation::{Catalog, Error, LanguagePair, Member, Problem};

use super::formulas::{ROLES, role_of};
use super::texts::named;
use crate::failure::Failure;

/// The models at hand.
pub struct Models {
    /// Folder of imported models.
    pub library: PathBuf,
    /// By term, for the direction of --from and --to; none = those of the library that suit a pair.
    chosen: BTreeMap<String, String>,
    catalog: Catalog,
    from: String,
}

/// A sum with its models.
pub struct Ready {
    /// As the engine is asked.
    pub recipe: String,
    /// As the engine is asked.
    pub chosen: BTreeMap<String, String>,
    /// Its models.
    pub members: Vec<Member>,
}

/// Why a sum cannot be decoded.
pub enum Lacking {
    /// No model has this role.
    Role(String),
    /// Anything else.
    Failed(Failure),
}

impl Models {
    /// Reads `ROLE=MODEL …` for `pair`, or a folder.
    ///
    /// # Errors
    /// Roles that there are not, models that are not imported.
    pub fn new(arguments: &[String], pair: &LanguagePair) -> Result<Self, Failure> {
        let mut library = None;
        let mut chosen = BTreeMap::new();
        for argument in arguments {
            match named(argument) {
                (Some(role), model) => {
                    let term = term_of(role)?;
                    if chosen.insert(term.to_owned(), model_of(model)?).is_some() {
                        return Err(Failure::usage(
                            &format!("two models have the role {role}"),
                            "Give each role once.",
                        ));
                    }
                }
                (None, folder) => library = Some(library_of(folder)?),
            }
        }
        let library = library.unwrap_or_else(translation::models_folder);
        let catalog = Catalog::read(&library)?;
        for model in chosen.values() {
            catalog.find(model)?;
        }
        Ok(Self { library, chosen, catalog, from: pair.from.clone() })
    }

    /// The models of a sum for a pair, which is the one of [`Models::new`] or its reverse.
    pub fn ready(&self, pair: &LanguagePair, recipe: &str) -> Result<Ready, Lacking> {
        let failed = |error: Error| Lacking::Failed(error.into());
        let named = self.chosen_for(pair);
        let (sum, chosen) = self.catalog.recipe(pair, recipe, &named).map_err(failed)?;
        // With roles given, a model of the library has none of them.
        let lacks = |model: &str| is_role(model) && !chosen.contains_key(model);
        if !named.is_empty()
            && let Some(term) = sum.terms.iter().find(|term| lacks(&term.model))
        {
            return Err(Lacking::Role(role_of(&term.model).to_owned()));
        }
        match self.catalog.members(pair, &sum, &chosen) {
            Ok(members) => Ok(Ready { recipe: recipe.to_owned(), chosen, members }),
            Err(Error::MissingTerm(term)) => Err(Lacking::Role(role_of(&term).to_owned())),
            Err(error) => Err(failed(error)),
        }
    }

    /// The published size of the model with a role, if it has one.
    pub fn size(&self, pair: &LanguagePair, term: &str) -> Option<Size> {
        let ready = self.ready(pair, term).ok()?;
        ready.members.first().and_then(|member| Size::of(member.entry.parameters()))
    }

    // S_SRC of one direction is S_TGT of the other.
    fn chosen_for(&self, pair: &LanguagePair) -> BTreeMap<String, String> {
        if pair.from == self.from {
            return self.chosen.clone();
        }
        let turned = |term: &String| match term.as_str() {
            "src" => "tgt".to_owned(),
            "tgt" => "src".to_owned(),
            other => other.to_owned(),
        };
        self.chosen.iter().map(|(term, model)| (turned(term), model.clone())).collect()
    }
}

impl Lacking {
    /// As what ends the command.
    pub fn failure(self, sum: &str) -> Failure {
        match self {
            Self::Role(role) if term_of(&role).is_err() => Failure::usage(
                &format!("there is no sum and no model of this name: {role}"),
                "Sums are collab, collab-half, proxy, … (`wasan translate --help`), tuned, or formulas of roles and models; \
                `wasan models list` shows the models.",
            ),
            Self::Role(role) => Failure::from(Problem {
                code: "missing_model".to_owned(),
                message: format!("the sum needs a model with the role {role}, and there is none: {sum}"),
                hint: format!("Name it (--models {role}=MODEL), or choose other sums with --recipes."),
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
            &format!("no model of the paper has this role: {role}"),
            &format!("The roles are {}, such as --models L=llama-3b.", roles.join(", ")),
        )
    })
}

// A folder is named from its root, since the engine may run elsewhere later.
fn model_of(name: &str) -> Result<String, Failure> {
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

fn library_of(folder: &str) -> Result<PathBuf, Failure> {
    let path = Path::new(folder);
    let problem = match path {
        path if !path.is_dir() => "there is no folder of imported models",
        path if path.join("model.json").is_file() => "this is one model, and it has no role",
        _ => return Ok(path.to_owned()),
    };
    Err(Failure::usage(
        &format!("{problem}: {folder}"),
        "Give ROLE=MODEL, such as --models L=llama-3b S_SRC=german S_TGT=english, or a folder of imported models.",
    ))
}
