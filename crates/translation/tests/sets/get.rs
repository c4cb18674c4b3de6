//! Getting a set: downloads that end well, badly or early.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use translation::{
    Catalog, Error, GetControl, GetEvent, GetOptions, GetOutcome, LanguagePair, PublishedSet, Role,
    TestVerdict, Translator, get_set, plan_get, remove_download, test_direction,
};

use crate::stand_in::{DONE, StandIn, delivers};
use crate::{PROMPT, model, set, setup, starter_gguf};

/// A folder of models, a folder with files to deliver, and the stand-in.
struct Scene {
    models: tempfile::TempDir,
    files: tempfile::TempDir,
    stand_in: StandIn,
}

impl Scene {
    fn new() -> Self {
        let folder = || tempfile::tempdir().expect("a folder");
        Self { models: folder(), files: folder(), stand_in: StandIn::new() }
    }

    /// Puts a starter among the files.
    fn file(&self, id: &str, starter: &str) -> PathBuf {
        let path = self.files.path().join(format!("{id}.Q8_0.gguf"));
        std::fs::write(&path, starter_gguf::bytes(starter)).expect("writes");
        path
    }

    fn options(&self, program: PathBuf) -> GetOptions {
        GetOptions {
            models: Some(self.models.path().to_owned()),
            program: Some(program),
            ..GetOptions::default()
        }
    }

    fn get(&self, set: &PublishedSet, program: PathBuf) -> translation::Result<GetOutcome> {
        get_set(set, &self.options(program), &GetControl::default(), &mut |_| {})
    }

    fn downloads(&self) -> PathBuf {
        self.models.path().join(".downloads/tiny")
    }

    fn catalog(&self) -> Catalog {
        Catalog::read(self.models.path()).expect("reads")
    }
}

fn pair(text: &str) -> LanguagePair {
    text.parse().expect("a pair")
}

#[test]
fn a_set_is_downloaded_imported_and_translates() {
    let scene = Scene::new();
    let tiny = set(&[model("big", PROMPT), model("small", PROMPT)]);
    let (big, small) = (scene.file("big", "large"), scene.file("small", "small-de"));
    let commands =
        [delivers(&big, "big.Q8_0.gguf"), delivers(&small, "small.Q8_0.gguf"), DONE.to_owned()].concat();
    let program = scene.stand_in.program("good", &commands);
    let mut events = Vec::new();
    let outcome =
        get_set(&tiny, &scene.options(program), &GetControl::default(), &mut |event| events.push(event));
    let names = [("L", "big"), ("S", "small")].map(|(term, name)| (term.to_owned(), name.to_owned()));
    assert_eq!(outcome.expect("is got"), GetOutcome::Installed(BTreeMap::from(names)));

    let bytes = big.metadata().expect("is there").len();
    assert!(events.contains(&GetEvent::Resolved {
        file: "big.Q8_0.gguf".to_owned(),
        bytes,
        licence: Some("mit".to_owned()),
        gated: Some(false),
    }));
    let imported = |id: &str| GetEvent::Imported { model: id.to_owned(), name: id.to_owned() };
    assert!(events.contains(&imported("big")) && events.contains(&imported("small")));
    let last_bytes = events.iter().rev().find_map(|event| match event {
        GetEvent::Progress { done, total, .. } => Some((*done, *total)),
        _ => None,
    });
    let (done, total) = last_bytes.expect("progress is shown");
    assert!(bytes < done && done < total, "{done} of {total}");

    // The request names what the catalogue says, and leaves size and hash to the Hub.
    let request = &scene.stand_in.requests()[0];
    assert_eq!(request["folder"], scene.downloads().to_string_lossy().as_ref());
    assert_eq!(
        request["files"][1],
        serde_json::json!({"repository": "somebody/small-GGUF", "revision": "main", "file": "small.Q8_0.gguf"})
    );

    // Nothing of the download is left, and the models say where they come from.
    assert!(!scene.downloads().exists());
    let catalog = scene.catalog();
    let info = &catalog.find("big").expect("is imported").info;
    assert_eq!(info.role, Role::Large);
    assert_eq!(info.licence.as_deref(), Some("MIT"));
    assert_eq!(info.languages, ["de", "en", "ja"]);
    let repository = info.repository.as_ref().expect("is known");
    assert_eq!(
        (repository.id.as_str(), repository.commit.as_deref()),
        ("somebody/big-GGUF", Some("cd".repeat(20)).as_deref())
    );
    assert_eq!(info.sources[0].file, "big.Q8_0.gguf");
    assert_eq!(catalog.find("small").expect("is imported").info.role, Role::Other);

    // Getting it again does nothing.
    assert!(matches!(scene.get(&tiny, PathBuf::from("/no/program")), Ok(GetOutcome::Installed(_))));

    // The models translate: L + S_de, to English and from it.
    let own = catalog.set_recipe(&tiny).expect("is complete");
    let translator = Translator::start(setup(scene.models.path()), |_| {});
    let result =
        test_direction(&translator, &pair("de-en"), Some(&own.recipe), &own.models).expect("is tested");
    println!(
        "L + S de-en: chrF {:.1}, unrelated {:.1}, {:?}",
        result.chrf, result.unrelated_chrf, result.verdict
    );
    assert_ne!(result.verdict, TestVerdict::Broken, "{result:#?}");
    assert!(result.tokens_per_second > 0.0);
    translator.stop();
}

/// The same models with a prompt that they do not know.
#[test]
fn a_wrong_prompt_is_noticed() {
    let scene = Scene::new();
    let tiny = set(&[model("big", "Translate from {from_name} to {to_name}, please.\n{source}\n")]);
    let big = scene.file("big", "large");
    let program = scene.stand_in.program("good", &(delivers(&big, "big.Q8_0.gguf") + DONE));
    scene.get(&tiny, program).expect("is got");
    let own = scene.catalog().set_recipe(&tiny).expect("is complete");
    let translator = Translator::start(setup(scene.models.path()), |_| {});
    let result =
        test_direction(&translator, &pair("de-en"), Some(&own.recipe), &own.models).expect("is tested");
    println!(
        "wrong prompt: chrF {:.1}, unrelated {:.1}, {:?}",
        result.chrf, result.unrelated_chrf, result.remarks
    );
    assert_eq!(result.verdict, TestVerdict::Broken, "{result:#?}");
    assert!(result.remarks.iter().any(|remark| remark.contains("prompt")), "{:?}", result.remarks);
    translator.stop();
}

#[test]
fn what_is_downloaded_is_not_downloaded_again() {
    let scene = Scene::new();
    let tiny = set(&[model("big", PROMPT), model("small", PROMPT)]);
    let (big, small) = (scene.file("big", "large"), scene.file("small", "small-de"));
    // It dies after the first file.
    let dies = scene.stand_in.program("dies", &delivers(&big, "big.Q8_0.gguf"));
    assert!(matches!(scene.get(&tiny, dies), Err(Error::FetchOutput(_))));
    let unfinished = scene.downloads();
    assert!(unfinished.join("big.Q8_0.gguf").exists() && scene.catalog().find("big").is_err());
    let options = scene.options(PathBuf::new());
    let plan = plan_get(&tiny, &options).expect("is planned");
    assert_eq!(plan.download, ["big", "small"]);
    assert!(plan.download_bytes < 14_000_000 - big.metadata().expect("is there").len() / 2);

    let good = scene.stand_in.program("good", &(delivers(&small, "small.Q8_0.gguf") + DONE));
    assert!(matches!(scene.get(&tiny, good), Ok(GetOutcome::Installed(names)) if names.len() == 2));
    let requests = scene.stand_in.requests();
    assert_eq!(requests[0]["files"].as_array().map(Vec::len), Some(2));
    assert_eq!(requests[1]["files"].as_array().map(Vec::len), Some(1));
    assert_eq!(requests[1]["files"][0]["file"], "small.Q8_0.gguf");
    assert!(!unfinished.exists());
}

#[test]
fn a_download_is_paused_and_cancelled() {
    let scene = Scene::new();
    let tiny = set(&[model("big", PROMPT)]);
    let waits = "printf part > \"$FOLDER/big.Q8_0.gguf.part\"\n\
        echo '{\"event\":\"progress\",\"file\":\"big.Q8_0.gguf\",\"done\":4,\"total\":9,\"bytes_per_second\":1}'\n\
        read -r line\nprintf '%s' \"$line\" > \"$FOLDER/told\"\necho '{\"event\":\"stopped\"}'\nexit 130\n";
    let program = scene.stand_in.program("waits", waits);
    let part = scene.downloads().join("big.Q8_0.gguf.part");
    for cancels in [false, true] {
        let control = GetControl::default();
        let stop = control.clone();
        let outcome = get_set(&tiny, &scene.options(program.clone()), &control, &mut |event| {
            if matches!(event, GetEvent::Progress { .. }) {
                if cancels { stop.cancel() } else { stop.pause() }
            }
        });
        let expected = if cancels { GetOutcome::Cancelled } else { GetOutcome::Paused };
        assert_eq!(outcome.expect("ends"), expected);
        assert_eq!(part.exists(), !cancels);
        if !cancels {
            let told = std::fs::read_to_string(scene.downloads().join("told")).expect("was told");
            assert_eq!(told, r#"{"stop": true}"#);
        }
    }
    assert!(!scene.downloads().exists());

    // A paused one can be removed later.
    let control = GetControl::default();
    control.pause();
    assert_eq!(
        get_set(&tiny, &scene.options(program), &control, &mut |_| {}).expect("ends"),
        GetOutcome::Paused
    );
    remove_download(Some(scene.models.path()), &tiny).expect("is removed");
    assert!(!scene.downloads().exists());
}

#[test]
fn failures_and_hostile_output_are_named() {
    let scene = Scene::new();
    let tiny = set(&[model("big", PROMPT)]);
    let gated = r#"echo '{"event":"failed","code":"gated","message":"closed","hint":"Open","file":null,"page":"https://huggingface.co/somebody/big"}'; exit 1"#;
    let problem = scene.get(&tiny, scene.stand_in.program("gated", gated)).expect_err("fails").problem();
    assert_eq!((problem.code.as_str(), problem.message.as_str()), ("gated", "closed"));
    assert_eq!(problem.hint, "Open https://huggingface.co/somebody/big");

    let hash = "ab".repeat(32);
    let lies = format!(
        r#"echo '{{"event":"file_done","file":"big.Q8_0.gguf","sha256":"{hash}","commit":null,"bytes":12}}'"#
    );
    let link = format!("ln -s /etc/passwd \"$FOLDER/big.Q8_0.gguf\"; {lies}");
    for (name, commands) in [
        ("silent", ""),
        ("noise", "echo noise"),
        (
            "endless",
            "while :; do printf xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done",
        ),
        (
            "stranger",
            r#"echo '{"event":"progress","file":"/etc/passwd","done":1,"total":2,"bytes_per_second":1}'"#,
        ),
        ("nothing", &lies),
        ("link", &link),
        // It says that it is done without having delivered anything.
        ("early", DONE),
    ] {
        let result = scene.get(&tiny, scene.stand_in.program(name, commands));
        assert!(matches!(result, Err(Error::FetchOutput(_) | Error::Model(_))), "{name}: {result:?}");
        assert!(scene.catalog().find("big").is_err(), "{name}");
    }
    let none = scene.get(&tiny, PathBuf::from("/no/such/program"));
    assert!(matches!(none, Err(Error::Read { .. })), "{none:?}");
}

#[test]
fn files_of_ones_own_are_imported_and_stay() {
    let scene = Scene::new();
    let tiny = set(&[model("big", PROMPT)]);
    let big = scene.file("big", "large");
    let local = translation::local_files(&tiny, &[], Some(scene.files.path()));
    assert_eq!(local.get("big").map(PathBuf::as_path), Some(big.as_path()));
    let options = GetOptions { local, ..scene.options(PathBuf::from("/no/such/program")) };
    let outcome = get_set(&tiny, &options, &GetControl::default(), &mut |_| {}).expect("is got");
    assert!(matches!(outcome, GetOutcome::Installed(_)));
    assert!(big.exists() && Path::new(&scene.models.path().join("big/model.json")).exists());
}
