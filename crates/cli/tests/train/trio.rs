//! Several models by one command.

use crate::workshop::workshop;

const PAIR: &str = "train pair --from de --to en --pairs pairs.tsv --mono-from de.txt --mono-to en.txt --device cpu \
    --held-out 8 --batch-tokens 512 --context 64 --pretrain-epochs 1 --epochs 2";

#[test]
fn a_pair_from_scratch_is_used_from_then_on() {
    let home = workshop();
    let command = format!("{PAIR} --from-scratch shape.toml --name phrases --out made");
    home.good(&command.split_whitespace().collect::<Vec<_>>());
    assert_eq!(home.names("made"), ["de", "en", "large"]);
    let listed = home.good(&["models", "list"]);
    for (name, role) in [
        ("phrases-large", "large (L)"),
        ("phrases-de", "specialist for de"),
        ("phrases-en", "specialist for en"),
    ] {
        let line = listed.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{listed}"));
        assert!(line.contains(role), "{line}");
    }
    let report = home.run(&["translate", "--from", "de", "--to", "en", "--json", "Der Hund sieht den Ball."]);
    assert_eq!(report.status, Some(0), "{}", report.err);
    let votes = report.out.contains("phrases-large") || report.json()["sentences"].is_array();
    assert!(votes, "{}", report.out);

    // Once more there is nothing to do; under another folder the names are taken.
    let again = home.run(&command.split_whitespace().collect::<Vec<_>>());
    assert_eq!(again.status, Some(0), "{}", again.err);
    assert!(again.err.contains("made already"), "{}", again.err);
    let other =
        home.run(&command.replace("--out made", "--out elsewhere").split_whitespace().collect::<Vec<_>>());
    assert_eq!(other.status, Some(2), "{}", other.err);
    assert!(other.err.contains("phrases-large"), "{}", other.err);
}

#[test]
fn a_base_of_another_family_than_the_large_model_is_refused() {
    let home = workshop();
    let scratch = crate::workshop::from_scratch("base", &[]);
    home.good(&scratch);
    let command = format!("{PAIR} --base base --large starter-large --out made");
    let ended = home.run(&command.split_whitespace().collect::<Vec<_>>());
    assert_eq!(ended.status, Some(2), "{}", ended.err);
    assert!(ended.err.contains("another tokenizer"), "{}", ended.err);
    assert_eq!(home.names("made"), [""; 0]);
}

#[test]
fn a_recipe_makes_its_models() {
    let home = workshop();
    let optimizer = "optimizer = { method = \"muon\", learning_rate = 4e-3, warm_up = 0.1, final_rate = 0.1, \
        betas = [0.9, 0.95], epsilon = 1e-8, weight_decay = 0.05, clip_norm = 1.0 }";
    let recipe = format!(
        "seed = 1\nvocabulary = 420\ncontext = 64\nbatch_tokens = 512\n\
        prompt = \"<|begin_of_text|><|{{from}}|>{{source}}<|{{to}}|>\"\nlicence = \"CC0\"\nnever = []\n\
        [pairs.de-en]\nlanguages = [\"de\", \"en\"]\nfiles = [\"pairs.tsv\"]\nheld_out = \"pairs.tsv\"\n\
        held_out_pairs = 4\n[text]\nde = [\"de.txt\"]\n\
        [models.one]\nrole = \"de\"\nhidden_size = 64\nlayers = 1\nheads = 2\nkv_heads = 1\nhead_dim = 32\n\
        feed_forward = 128\n[[models.one.stages]]\nname = \"finetune\"\npairs = [\"de-en\"]\nepochs = 1.0\n{optimizer}\n"
    );
    home.write("recipe.toml", recipe);
    let command = "train recipe recipe.toml --texts . --out made --device cpu";
    let made = home.good(&command.split_whitespace().collect::<Vec<_>>());
    assert_eq!(made.trim(), std::path::Path::new("made").join("one").display().to_string());
    home.good(&["models", "import", "made/one"]);
    let unknown = format!("{command} two");
    let ended = home.run(&unknown.split_whitespace().collect::<Vec<_>>());
    assert_eq!(ended.status, Some(2), "{}", ended.err);
    assert!(ended.err.contains("two") && ended.err.contains("one"), "{}", ended.err);
}
