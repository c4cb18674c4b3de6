//! Models in the folders of other programs.

use std::path::Path;

use translation::{ModelFolders, ModelProgram, find_models};

use crate::starter_gguf;

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("has one")).expect("makes");
    std::fs::write(path, bytes).expect("writes");
}

#[test]
fn models_of_lm_studio_and_ollama_are_found() {
    let home = tempfile::tempdir().expect("a folder");
    let gguf = starter_gguf::bytes("large");
    let studio = home.path().join("studio");
    let europe = "mradermacher/EuroLLM-1.7B-Instruct-GGUF/EuroLLM-1.7B-Instruct.Q8_0.gguf";
    write(&studio.join(europe), &gguf);
    write(&studio.join("somebody/Broken/broken.gguf"), b"GGUF and nothing more");
    write(&studio.join("somebody/Broken/readme.txt"), b"no model");
    write(&studio.join("deep/er/than/usual.gguf"), &gguf);

    let ollama = home.path().join("ollama");
    let hash = "0f".repeat(32);
    write(&ollama.join("blobs").join(format!("sha256-{hash}")), &gguf);
    let manifest = |digest: &str| {
        let layer = |kind: &str| serde_json::json!({"mediaType": format!("application/vnd.ollama.image.{kind}"), "digest": digest, "size": 1});
        serde_json::json!({"schemaVersion": 2, "layers": [layer("license"), layer("model")]}).to_string()
    };
    let manifests = ollama.join("manifests");
    let hub = manifests.join("hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF/Q4_K_M");
    write(&hub, manifest(&format!("sha256:{hash}")).as_bytes());
    for (name, digest) in [("a", "sha256:../../../../etc/passwd"), ("b", "sha256:00"), ("c", "")] {
        write(&manifests.join("registry.ollama.ai/library/llama").join(name), manifest(digest).as_bytes());
    }
    write(&manifests.join("registry.ollama.ai/library/llama/d"), b"{");

    let folders = ModelFolders {
        lm_studio: vec![studio.clone(), home.path().join("missing")],
        ollama: vec![ollama],
        ..ModelFolders::default()
    };
    let found = find_models(&folders);
    let names: Vec<_> = found.iter().map(|model| (model.name.as_str(), model.program)).collect();
    assert_eq!(
        names,
        [
            ("EuroLLM-1.7B-Instruct.Q8_0.gguf", ModelProgram::LmStudio),
            ("Llama-3.2-1B-Instruct-GGUF:Q4_K_M", ModelProgram::Ollama),
            ("broken.gguf", ModelProgram::LmStudio),
        ]
    );
    assert_eq!(found[0].sets, ["europe", "light-europe"]);
    assert_eq!(found[0].model.as_deref(), Some("eurollm-1.7b-instruct"));
    assert_eq!(found[0].bytes, gguf.len() as u64);
    // 8 bits stay 8 bits; without the header and tokenizer.
    let stored = found[0].stored_bytes.expect("can be imported");
    assert!(stored < found[0].bytes && stored > found[0].bytes * 9 / 10, "{stored}");
    let options = found[0].import_options();
    assert_eq!(options.name.as_deref(), Some("eurollm-1.7b-instruct"));
    assert_eq!(options.repository.expect("is known").id, "mradermacher/EuroLLM-1.7B-Instruct-GGUF");
    assert_eq!(found[1].model.as_deref(), Some("llama-3.2-1b-instruct"));
    assert_eq!((found[2].stored_bytes, found[2].problem.is_some()), (None, true));
}

#[cfg(unix)]
#[test]
fn a_model_of_the_hubs_cache_is_found_through_its_own_links_only() {
    use std::os::unix::fs::symlink;

    let home = tempfile::tempdir().expect("a folder");
    let cache = home.path().join("hub");
    let gguf = starter_gguf::bytes("large");
    let repository = cache.join("models--tencent--Hy-MT2-1.8B-GGUF");
    write(&repository.join("blobs/abc"), &gguf);
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let snapshot = repository.join("snapshots").join(commit);
    std::fs::create_dir_all(&snapshot).expect("makes");
    symlink("../../blobs/abc", snapshot.join("Hy-MT2-1.8B-Q4_K_M.gguf")).expect("links");
    // Links that lead out of the repository.
    write(&home.path().join("secret.gguf"), &gguf);
    symlink(home.path().join("secret.gguf"), snapshot.join("escape.gguf")).expect("links");
    symlink(home.path(), cache.join("models--a--link")).expect("links");

    // A folder, whose weights are a link into another repository.
    let folder = cache.join("models--somebody--folder/snapshots/main");
    write(&folder.join("config.json"), b"{}");
    symlink(home.path().join("secret.gguf"), folder.join("model.safetensors")).expect("links");

    let found = find_models(&ModelFolders { hub: vec![cache], ..ModelFolders::default() });
    assert_eq!(found.len(), 1, "{found:#?}");
    let model = &found[0];
    assert_eq!(model.name, "Hy-MT2-1.8B-Q4_K_M.gguf");
    assert_eq!(model.repository.as_deref(), Some("tencent/Hy-MT2-1.8B-GGUF"));
    assert_eq!(model.commit.as_deref(), Some(commit));
    assert_eq!(model.sets, ["light-many"]);
    assert_eq!(model.path, snapshot.join("Hy-MT2-1.8B-Q4_K_M.gguf"));
    assert_eq!(model.problem, None);
}
