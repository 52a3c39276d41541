//! Paths of modules that the host loads.
//!
//! A path that begins with `./` or `../` is relative to the folder of the module that imports,
//! and is resolved here, by its text alone. Any other is the module's name as it is written.
//! So one module has one name, whoever imports it, unless the host gives the same text for
//! several.

/// The name of the module that `path` stands for in the module `importer`, or in the script.
/// `None` if it can be none: it is empty, leads out of the root, or has a zero in it.
///
/// The root is what comes before the first name: nothing, `/`, or `https://example.org/`.
pub fn resolve(path: &str, importer: Option<&str>) -> Option<String> {
    if path.is_empty() || path.contains('\0') {
        return None;
    }
    if !is_relative(path) {
        return Some(path.into());
    }
    let (root, names) = split_root(importer.unwrap_or_default());
    let folder = names.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut resolved: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    for name in path.split('/') {
        match name {
            "" | "." => (),
            ".." => {
                resolved.pop()?;
            }
            name => resolved.push(name),
        }
    }
    let is_module = !resolved.is_empty() && !path.ends_with(['/', '.']);
    is_module.then(|| format!("{root}{}", resolved.join("/")))
}

fn is_relative(path: &str) -> bool {
    path == "." || path == ".." || path.starts_with("./") || path.starts_with("../")
}

/// Splits a path into what no `..` leads out of, and the names after it.
fn split_root(path: &str) -> (&str, &str) {
    let start = match path.find("://") {
        Some(scheme) => {
            let authority = scheme + "://".len();
            match path[authority..].find('/') {
                Some(end) => authority + end + 1,
                None => path.len(),
            }
        }
        None => usize::from(path.starts_with('/')),
    };
    path.split_at(start)
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn paths_are_resolved_by_their_text() {
        let cases = [
            ("x", None, Some("x")),
            ("lib/x", Some("lib/a"), Some("lib/x")),
            ("a//b/../c", Some("lib/a"), Some("a//b/../c")),
            ("./x", None, Some("x")),
            ("./x", Some("a"), Some("x")),
            ("./x", Some("lib/a"), Some("lib/x")),
            ("../x", Some("lib/a"), Some("x")),
            (".././/../x", Some("lib/sub/a"), Some("x")),
            ("./sub/../x", Some("lib/a"), Some("lib/x")),
            ("./.x", Some("lib/a"), Some("lib/.x")),
            ("../x", Some("/lib/a"), Some("/x")),
            ("../x", Some("https://h/lib/a"), Some("https://h/x")),
            ("../../x", Some("https://h/lib/a"), None),
            ("../x", Some("https://h"), None),
            ("../x", Some("/a"), None),
            ("../x", Some("a"), None),
            ("../x", None, None),
            ("./sub/..", Some("lib/a"), None),
            ("./sub/", Some("lib/a"), None),
            (".", Some("lib/a"), None),
            ("..", Some("lib/sub/a"), None),
            ("./", Some("lib/a"), None),
            ("", Some("lib/a"), None),
            ("a\0b", None, None),
        ];
        for (path, importer, resolved) in cases {
            let found = resolve(path, importer);
            assert_eq!(found.as_deref(), resolved, "{path:?} in {importer:?}");
        }
    }
}
