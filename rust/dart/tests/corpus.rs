//! Scripts do here what they do in Rhai: they end with the same value or the same kind of
//! error, and print the same.
//!
//! `tool/same_as_rhai.sh` compares all that Rhai ships: its scripts, the code in its
//! documentation, and every text in its tests, which are mostly scripts.

#[path = "corpus/committed.rs"]
mod committed;
#[allow(dead_code)]
#[path = "all/dart_host.rs"]
mod dart_host;
#[path = "corpus/differences.rs"]
mod differences;
#[path = "corpus/scripts.rs"]
mod scripts;
#[path = "corpus/two_engines.rs"]
mod two_engines;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use differences::DIFFERENCES;
use scripts::Script;
use two_engines::TwoEngines;

/// Runs `f` on a thread whose stack is large enough for Rhai, which has only the thread's.
fn on_large_stack(f: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(f);
    thread.expect("a thread").join().expect("no panic");
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The committed scripts, the code in the documentation, and what is in the folder that
/// `RHAI_SCRIPTS` names.
fn all_scripts() -> Vec<Script> {
    let mut all: Vec<Script> = committed::SCRIPTS
        .iter()
        .map(|code| Script {
            origin: "committed".into(),
            code: code.to_string(),
        })
        .collect();
    let documentation = scripts::in_documentation(&repository());
    assert!(!documentation.is_empty());
    all.extend(documentation);
    if let Some(folder) = env::var_os("RHAI_SCRIPTS") {
        let shipped = scripts::in_folder(Path::new(&folder));
        assert!(shipped.len() > 1000, "{} scripts", shipped.len());
        all.extend(shipped);
    }
    all
}

#[test]
fn scripts_do_what_they_do_in_rhai() {
    on_large_stack(|| {
        let mut engines = TwoEngines::new();
        let mut counts = BTreeMap::new();
        let mut unknown = Vec::new();
        let scripts = all_scripts();
        for script in &scripts {
            let way = match engines.run(&script.code) {
                None => {
                    println!("no end in Rhai: {script}");
                    "no end in Rhai".into()
                }
                Some((rhai, here)) if rhai == here => rhai.way(),
                Some((rhai, here)) => match differences::of(&script.code, &rhai, &here) {
                    Some(difference) => format!("intended: {}", difference.name),
                    None => {
                        unknown.push(format!("{script}\n  Rhai: {rhai:?}\n  here: {here:?}"));
                        "not the same".into()
                    }
                },
            };
            *counts.entry(way).or_insert(0) += 1;
        }
        println!("{} scripts: {counts:#?}", scripts.len());
        assert!(unknown.is_empty(), "{}", unknown.join("\n\n"));
        assert!(counts["the same value"] > 50, "most have one");
    });
}

#[test]
fn every_intended_difference_is_one_and_is_documented() {
    let file = repository().join("docs/DIFFERENCES.md");
    let text = fs::read_to_string(file).expect("the documentation");
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    on_large_stack(move || {
        let mut engines = TwoEngines::new();
        for difference in DIFFERENCES {
            let name = difference.name;
            let (rhai, here) = engines.run(difference.example).expect("it ends");
            assert_ne!(rhai, here, "{name}");
            let found = differences::of(difference.example, &rhai, &here);
            assert!(found.is_some(), "{name}: {rhai:?}, {here:?}");
            assert!(text.contains(difference.reason), "{name}");
        }
    });
}
