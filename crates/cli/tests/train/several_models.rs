//! Commands that train several models.

use std::path::Path;

use crate::program::Home;
use crate::training_home::{training_home, words};

const PAIR: &str = "train pair --from de --to en --pairs pairs.tsv --mono-from de.txt --mono-to en.txt --device cpu \
    --held-out 8 --batch-tokens 512 --context 64 --pretrain-epochs 1 --epochs 2";

/// Installs a starter as if it were the model of a published set, which comes before specialists unless the user chose
/// something else.
fn install_light_set(home: &Home) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter/large");
    let folder = home.path().join("data/wasan/models/euro");
    std::fs::create_dir_all(&folder).expect("makes");
    for file in ["model.safetensors", "tokenizer.json"] {
        std::fs::copy(source.join(file), folder.join(file)).expect("copies");
    }
    let text = std::fs::read_to_string(source.join("model.json")).expect("reads");
    let mut info: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    info["role"] = "other".into();
    info["sources"][0]["file"] = "EuroLLM-1.7B-Instruct.Q8_0.gguf".into();
    std::fs::write(folder.join("model.json"), info.to_string()).expect("writes");
}

#[test]
fn a_pair_from_scratch_is_used_by_default() {
    let home = training_home();
    install_light_set(&home);
    let command = format!("{PAIR} --from-scratch shape.toml --name phrases --out made");
    home.run_ok(&words(&command));
    assert_eq!(home.names("made"), ["de", "en", "large"]);
    let listed = home.run_ok(&["models", "list"]);
    for (name, role) in [
        ("phrases-large", "large (L)"),
        ("phrases-de", "specialist for de"),
        ("phrases-en", "specialist for en"),
    ] {
        let line = listed.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{listed}"));
        assert!(line.contains(role), "{line}");
    }
    // By default a translation sums these three models.
    let translate = |more: &[&str]| {
        let command =
            [&["translate", "--from", "de", "--to", "en", "--json"], more, &["Der Hund sieht den Ball."]];
        let report = home.run(&command.concat());
        assert_eq!(report.status, Some(0), "{}", report.err);
        report.json()["sentences"][0]["tokens"].clone()
    };
    let tokens = translate(&[]);
    assert_eq!(tokens[0]["votes"].as_array().map(Vec::len), Some(3), "{tokens}");
    let named = ["--large", "phrases-large", "--source", "phrases-de", "--target", "phrases-en"];
    assert_eq!(tokens, translate(&named));

    // A second run has nothing to do; with another folder the names are taken.
    let again = home.run(&words(&command));
    assert_eq!(again.status, Some(0), "{}", again.err);
    assert!(again.err.contains("already trained"), "{}", again.err);
    for (what, other) in [("shape.toml", "shape2.toml"), ("--out", "--seed 2 --out")] {
        home.write("shape2.toml", home.read("shape.toml").replace("420", "410"));
        let other = home.run(&words(&command.replace(what, other)));
        assert_eq!(other.status, Some(2), "{}", other.err);
        assert!(other.err.contains("another vocabulary"), "{}", other.err);
    }
    home.write("de.txt", "Der Hund sieht den Ball.\n".repeat(3));
    let changed = home.run(&words(&command));
    assert_eq!(changed.status, Some(2), "{}", changed.err);
    assert!(changed.err.contains("trained on other text or another vocabulary"), "{}", changed.err);
    let other = home.run(&words(&command.replace("--out made", "--out elsewhere")));
    assert_eq!(other.status, Some(2), "{}", other.err);
    assert!(other.err.contains("phrases-large"), "{}", other.err);
}

#[test]
fn invalid_names_are_refused_before_anything_is_read() {
    let home = training_home();
    let mut command: Vec<&str> = words(PAIR);
    command.extend(["--from-scratch", "shape.toml", "--out", "made", "--name", "my pair"]);
    let ended = home.run(&command);
    assert_eq!(ended.status, Some(2), "{}", ended.err);
    assert!(ended.err.contains("my pair-") && !ended.err.contains("read,"), "{}", ended.err);
    assert_eq!(home.names("made"), [""; 0]);
}

#[test]
fn a_missing_large_model_is_reported_before_the_training() {
    let home = training_home();
    home.run_ok(&crate::training_home::from_scratch("base", &[]));
    let command = format!("{PAIR} --base base --out made --minutes 1e-5");
    let ended = home.run(&words(&command));
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    let reported = ended.err.find("--role large").unwrap_or_else(|| panic!("{}", ended.err));
    assert!(reported < ended.err.find("pretrain:").expect("training begins"), "{}", ended.err);
}

#[test]
fn a_base_of_another_family_than_the_large_model_is_refused() {
    let home = training_home();
    let scratch = crate::training_home::from_scratch("base", &[]);
    home.run_ok(&scratch);
    let command = format!("{PAIR} --base base --large starter-large --out made");
    let ended = home.run(&words(&command));
    assert_eq!(ended.status, Some(2), "{}", ended.err);
    assert!(ended.err.contains("another tokenizer"), "{}", ended.err);
    assert_eq!(home.names("made"), [""; 0]);
}

#[test]
fn the_models_of_a_plan_are_trained() {
    let home = training_home();
    let optimizer = "optimizer = { method = \"muon\", learning_rate = 4e-3, warm_up = 0.1, final_rate = 0.1, \
        betas = [0.9, 0.95], epsilon = 1e-8, weight_decay = 0.05, clip_norm = 1.0 }";
    let plan = format!(
        "seed = 1\nvocabulary = 420\ncontext = 64\nbatch_tokens = 512\n\
        prompt = \"<|begin_of_text|><|{{from}}|>{{source}}<|{{to}}|>\"\nlicence = \"CC0\"\nnever = []\n\
        [pairs.de-en]\nlanguages = [\"de\", \"en\"]\nfiles = [\"pairs.tsv\"]\nheld_out = \"pairs.tsv\"\n\
        held_out_pairs = 4\n[text]\nde = [\"de.txt\"]\n\
        [models.one]\nrole = \"de\"\nhidden_size = 64\nlayers = 1\nheads = 2\nkv_heads = 1\nhead_dim = 32\n\
        feed_forward = 128\n[[models.one.stages]]\nname = \"finetune\"\npairs = [\"de-en\"]\nepochs = 1.0\n{optimizer}\n"
    );
    home.write("plan.toml", plan);
    let command = "train plan plan.toml --texts . --out made --device cpu";
    let made = home.run_ok(&words(command));
    assert_eq!(made.trim(), std::path::Path::new("made").join("one").display().to_string());
    let making: serde_json::Value = serde_json::from_str(&home.read("made/one/making.json")).expect("JSON");
    assert_eq!(making["texts"]["origins"]["de-en"][0]["files"][0]["sha256"].as_str().map(str::len), Some(64));
    assert!(
        making["tokens_per_second"]["predicted"].is_number()
            && making["held_out_loss"]["finetune"].is_number()
    );
    assert!(!home.path().join("made/one.run").exists(), "the checkpoints are gone");
    assert_eq!(
        making["texts"]["reports"]["de-en"]["leaks"][0]["count"], 4,
        "held-out pairs are not trained on"
    );
    home.run_ok(&["models", "import", "made/one"]);
    assert!(home.run_ok(&["models", "info", "one"]).contains("CC0"), "the licence is imported");
    let twice = home
        .read("plan.toml")
        .replace("[[models.one.stages]]", "[[models.one.stages]]\n[[models.one.stages]]");
    let stage = "\nname = \"finetune\"\npairs = [\"de-en\"]\nepochs = 1.0\n";
    let first = format!("[[models.one.stages]]{stage}{optimizer}\n");
    home.write("twice.toml", twice.replacen("[[models.one.stages]]\n", &first, 1));
    let ended = home.run(&words(&command.replace("plan.toml", "twice.toml")));
    assert_eq!(ended.status, Some(1), "{}", ended.err);
    assert!(ended.err.contains("two stages of one are named finetune"), "{}", ended.err);
    let unknown = format!("{command} two");
    let ended = home.run(&words(&unknown));
    assert_eq!(ended.status, Some(2), "{}", ended.err);
    assert!(ended.err.contains("two") && ended.err.contains("one"), "{}", ended.err);
}
