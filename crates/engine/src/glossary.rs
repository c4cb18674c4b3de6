//! Glossary terms: a bonus on the summed logits favours them until the output contains them.
//!
//! The bonus decides only where the logit of the term's first token comes within the bonus of the best token, that is,
//! where the model would otherwise choose another word for it. What follows is left to the model, so it may inflect
//! the term.

use std::collections::BTreeMap;

use kernels::logit_bias::{Bias, MAX_BIASES};

use crate::error::{Error, Result};

/// A term of a glossary in the target language.
#[derive(Debug, Clone, PartialEq)]
pub struct GlossaryTerm {
    /// Token ids of each of its forms (with and without a space before it, inflected); any of them counts.
    pub forms: Vec<Vec<u32>>,
    /// Added to the summed logit of a form's first token until the output contains the term.
    pub bonus: f32,
}

impl GlossaryTerm {
    /// Bonuses to try in turn until the output contains the term, for models whose weights add up to 1. The logit gap
    /// between a term and the model's own choice differs from term to term, and a larger bonus than necessary puts the
    /// term in a wrong position. With the starter models most terms need 7 to 13; beyond 15 outputs are unusable.
    pub const BONUSES: [f32; 7] = [3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0];
}

// A larger bonus for the next token of a form that has begun, over other words with the same first token.
const CONTINUATION_FACTOR: f32 = 2.0;

/// Fails unless the terms fit a column's biases and the vocabulary.
pub(crate) fn accept(terms: &[GlossaryTerm], vocab: u32) -> Result<()> {
    let forms = terms.iter().flat_map(|term| &term.forms);
    if let Some(&token) = forms.clone().flatten().find(|&&token| token >= vocab) {
        return Err(Error::UnknownToken { token, vocab });
    }
    let count = forms.count();
    if count > MAX_BIASES {
        return Err(Error::TooManyForms { count, max: MAX_BIASES });
    }
    Ok(())
}

/// For each term, whether `output` contains one of its forms.
pub(crate) fn found(terms: &[GlossaryTerm], output: &[u32]) -> Vec<bool> {
    let holds = |form: &Vec<u32>| !form.is_empty() && output.windows(form.len()).any(|window| window == form);
    terms.iter().map(|term| term.forms.iter().any(holds)).collect()
}

/// Biases for the token after `output`, each token once. Empty when no term is missing.
pub(crate) fn biases(terms: &[GlossaryTerm], output: &[u32]) -> Vec<Bias> {
    let missing = || terms.iter().zip(found(terms, output)).filter(|(_, found)| !found).map(|(term, _)| term);
    let forms = || missing().flat_map(|term| term.forms.iter().map(move |form| (form, term.bonus)));
    let begun = |form: &[u32]| (1..form.len()).rev().find(|&length| output.ends_with(&form[..length]));
    let mut candidates: Vec<(u32, f32)> = forms()
        .filter_map(|(form, bonus)| Some((*form.get(begun(form)?)?, bonus * CONTINUATION_FACTOR)))
        .collect();
    // While a form has begun, no other term gets a bonus.
    if candidates.is_empty() {
        candidates = forms().filter_map(|(form, bonus)| Some((*form.first()?, bonus))).collect();
    }
    let mut bonuses: BTreeMap<u32, f32> = BTreeMap::new();
    for (token, bonus) in candidates {
        let most = bonuses.entry(token).or_insert(bonus);
        *most = most.max(bonus);
    }
    bonuses.into_iter().map(|(token, bonus)| Bias { token, bonus }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(forms: &[&[u32]], bonus: f32) -> GlossaryTerm {
        GlossaryTerm { forms: forms.iter().map(|form| form.to_vec()).collect(), bonus }
    }

    fn pairs(terms: &[GlossaryTerm], output: &[u32]) -> Vec<(u32, f32)> {
        biases(terms, output).into_iter().map(|bias| (bias.token, bias.bonus)).collect()
    }

    #[test]
    fn a_term_has_a_bonus_until_the_output_contains_it() {
        let terms = [term(&[&[5, 6, 7], &[8]], 3.0), term(&[&[9]], 1.0)];
        assert_eq!(pairs(&terms, &[]), [(5, 3.0), (8, 3.0), (9, 1.0)]);
        assert_eq!(pairs(&terms, &[1, 5]), [(6, 6.0)]);
        assert_eq!(pairs(&terms, &[1, 5, 6]), [(7, 6.0)]);
        assert_eq!(pairs(&terms, &[1, 5, 6, 7]), [(9, 1.0)]);
        assert_eq!(pairs(&terms, &[1, 5, 2]), [(5, 3.0), (8, 3.0), (9, 1.0)]);
        assert_eq!(pairs(&terms, &[9, 8]), []);
        assert_eq!(found(&terms, &[1, 5, 6, 7]), [true, false]);
    }

    #[test]
    fn a_token_is_named_once_and_the_larger_bonus_counts() {
        let terms = [term(&[&[5, 6]], 1.0), term(&[&[5, 7]], 4.0), term(&[&[5, 6, 8]], 2.0)];
        assert_eq!(pairs(&terms, &[]), [(5, 4.0)]);
        assert_eq!(pairs(&terms, &[5]), [(6, 4.0), (7, 8.0)]);
    }

    #[test]
    fn a_form_that_repeats_itself_goes_on_from_its_longest_beginning() {
        assert_eq!(pairs(&[term(&[&[1, 1, 2]], 1.0)], &[1, 1]), [(2, 2.0)]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(matches!(
            accept(&[term(&[&[1, 10]], 1.0)], 10),
            Err(Error::UnknownToken { token: 10, vocab: 10 })
        ));
        assert!(matches!(
            accept(&vec![term(&[&[1]], 1.0); 129], 10),
            Err(Error::TooManyForms { count: 129, max: 128 })
        ));
        assert!(accept(&[term(&[&[]], 1.0), term(&[], 1.0)], 10).is_ok());
        assert_eq!(pairs(&[term(&[&[]], 1.0), term(&[], 1.0)], &[]), []);
    }
}
