//! Every allocation is refused once of what the host does with scripts and scopes that it
//! keeps.

use memory::refusing;
use rhai::Dynamic;
use runtime::context::exchange::Step;
use runtime::context::execution_time::Start;
use runtime::limits::limit::Limit;
use runtime::objects::handles::Handle;
use test_host::Outcome;

use crate::dart_host::DartHost;
use crate::{change, check_health, describe, finish, new_host, LIMIT};

const SCRIPT: &str = "
    let list = [\"a text\", count, STEP];
    fn add(a, b) { `${a} and ${b}` + global::STEP }
    fn grow() { this.push([1, 2]); this.len }
    fn wait(x) { [later(x), later([x])] }
    fn fail() { throw [\"failed\"] }
    /// Adds.
    fn keeper() { let n = [0]; keep(|| n.push(1)); n }
    list + LIST
";

/// The functions of [`SCRIPT`], by their ids.
const FUNCTIONS: [&str; 5] = ["add", "grow", "wait", "fail", "keeper"];

/// A script and a scope of a host.
struct Kept {
    script: Handle,
    scope: Handle,
    empty: Handle,
}

/// Sets a variable, or a constant if its name is in capitals.
fn set(host: &mut DartHost, scope: &Handle, name: &str, value: Dynamic) {
    host.put(&value);
    let is_constant = name == name.to_uppercase();
    let set = host.engine.set_in_scope(scope.id(), name, is_constant);
    assert!(matches!(set, Some(Ok(()))), "{name}");
}

fn fill(host: &mut DartHost, scope: &Handle) {
    host.engine.empty_scope(scope.id());
    set(host, scope, "count", Dynamic::from_int(1));
    set(
        host,
        scope,
        "STEP",
        "a constant that is no short text".into(),
    );
    let list = vec![Dynamic::from("text"), vec![Dynamic::from_int(1)].into()];
    set(host, scope, "LIST", list.into());
}

impl Kept {
    fn new(host: &mut DartHost) -> Self {
        let step = host.engine.compile(SCRIPT, "kept", Start::default());
        let compiled = host.drive(step).done().into_array().expect("an array");
        let id = compiled[0].as_int().expect("an id") as u64;
        let mut scope = || host.engine.new_scope().expect("a scope");
        let (scope, empty) = (scope(), scope());
        fill(host, &scope);
        let script = host.engine.script_handle(id).expect("a script");
        Kept {
            script,
            scope,
            empty,
        }
    }

    /// The scope works, whatever happened when it was used.
    fn check(&self, host: &mut DartHost) {
        for scope in [&self.scope, &self.empty] {
            assert!(!host.engine.is_scope_used(scope.id()));
            fill(host, scope);
            let script = "let added = count; count += 1; added + LIST.len";
            let step = host
                .engine
                .eval_in(script, Some(scope.id()), Start::default());
            let value = host.drive(step.expect("a scope that nobody uses")).done();
            assert_eq!(value.as_int(), Ok(3));
            assert!(host.engine.scope_has(scope.id(), "added"));
            assert!(host.engine.remove_from_scope(scope.id(), "added"));
        }
        host.engine.empty_scope(self.empty.id());
        fill(host, &self.scope);
    }
}

/// Work of the host.
type Work = fn(&mut DartHost, &Kept) -> Option<Step>;

fn call(
    host: &mut DartHost,
    kept: &Kept,
    name: &str,
    args: &[Dynamic],
    this: bool,
) -> Option<Step> {
    host.put(&args.to_vec().into());
    let (script, scope) = (kept.script.id(), Some(kept.scope.id()));
    let function = FUNCTIONS.iter().position(|function| *function == name);
    let function = function.unwrap_or(FUNCTIONS.len());
    host.engine
        .call_named(script, function, this, scope, Start::default())
}

const WORKS: &[(&str, Work)] = &[
    ("compile", |host, _| {
        Some(host.engine.compile(SCRIPT, "again", Start::default()))
    }),
    ("compile what does not parse", |host, _| {
        Some(host.engine.compile("let = ;", "bad", Start::default()))
    }),
    ("eval in a scope", |host, kept| {
        let script = "let l = LIST; l.push(later(count)); let f = |x| l.push(x); f.call(1); l";
        host.engine
            .eval_in(script, Some(kept.scope.id()), Start::default())
    }),
    ("eval a script in a scope", |host, kept| {
        let (script, scope) = (kept.script.id(), kept.scope.id());
        host.engine.eval_kept(script, Some(scope), Start::default())
    }),
    ("call", |host, kept| {
        call(
            host,
            kept,
            "add",
            &["a text".into(), vec![Dynamic::from_int(1)].into()],
            false,
        )
    }),
    ("call with this", |host, kept| {
        call(
            host,
            kept,
            "grow",
            &[vec![Dynamic::from_int(1)].into()],
            true,
        )
    }),
    ("call what waits", |host, kept| {
        call(host, kept, "wait", &[Dynamic::from_int(1)], false)
    }),
    ("call what fails", |host, kept| {
        call(host, kept, "fail", &[], false)
    }),
    ("call what keeps", |host, kept| {
        call(host, kept, "keeper", &[], false)
    }),
    ("call what there is not", |host, kept| {
        call(host, kept, "nothing", &[], false)
    }),
    ("read a variable", |host, kept| {
        host.engine
            .read_scope(kept.scope.id(), "LIST", Start::default())
    }),
    ("list the variables", |host, kept| {
        host.engine.list_scope(kept.scope.id(), Start::default())
    }),
    ("copy a scope", |host, kept| {
        let (from, to) = (kept.scope.id(), kept.empty.id());
        host.engine.copy_scope(from, to, Start::default())
    }),
];

/// Does `work` to its end.
fn run(host: &mut DartHost, kept: &Kept, work: Work) -> Outcome {
    host.engine.drop_released();
    let step = work(host, kept).expect("a script and a scope that nobody uses");
    let outcome = host.drive(step);
    finish(host, outcome)
}

/// The outcome without the ids of scripts.
fn described(outcome: Outcome) -> String {
    match outcome {
        Outcome::Done(value) if value.is_array() => {
            let values = value.into_array().expect("an array");
            describe(Outcome::Done(
                values
                    .into_iter()
                    .filter(|value| !value.is_int())
                    .collect::<Vec<_>>()
                    .into(),
            ))
        }
        other => describe(other),
    }
}

/// Makes a host that has done `work`, so that what can be kept of it is.
fn host_for(work: Work) -> (DartHost, Kept) {
    let mut host = new_host();
    let kept = Kept::new(&mut host);
    let _ = run(&mut host, &kept, work);
    kept.check(&mut host);
    (host, kept)
}

#[test]
fn every_allocation_can_be_refused_of_work_with_what_the_host_keeps() {
    for (name, work) in WORKS {
        let (mut host, mut kept) = host_for(*work);
        let expected = described(run(&mut host, &kept, *work));
        kept.check(&mut host);
        for index in 1.. {
            refusing::refuse(index);
            let outcome = run(&mut host, &kept, *work);
            if !refusing::stop() {
                assert_eq!(described(outcome), expected, "{name}");
                assert!(index > 1, "{name}");
                break;
            }
            let failure = outcome.failed();
            let broken = (failure.kind, failure.number);
            assert_eq!(
                broken,
                (LIMIT, Limit::Memory as i64),
                "{name}: {index}: {failure:?}"
            );
            kept.check(&mut host);
            if index % 16 == 0 {
                check_health(&mut host);
                change(&mut host);
                (host, kept) = host_for(*work);
            }
        }
    }
}
