//! Texts in which `$(name)` stands for something that is known later. `$$(` is written for a `$(` that stands for itself, as in
//! Kubernetes' own manifests.

/// A text, or what stands between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece<T> {
    Text(String),
    Of(T),
}

/// What is wrong with a text's placeholders, as the rest of a sentence that begins with the field's name.
pub(crate) type Complaint = String;

/// The pieces of a text, neighbours joined; `named` says what a name stands for.
pub(crate) fn pieces<T>(
    text: &str,
    mut named: impl FnMut(&str) -> Result<T, Complaint>,
) -> Result<Vec<Piece<T>>, Complaint> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("$(") {
        let before = &rest[..at];
        rest = &rest[at + 2..];
        if let Some(before) = before.strip_suffix('$') {
            plain.push_str(before);
            plain.push_str("$(");
            continue;
        }
        plain.push_str(before);
        let Some((name, after)) = rest.split_once(')') else {
            return Err(format!(
                "has a $( that is not closed, in “{text}”: write $(name), or $$( for itself"
            ));
        };
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        pieces.push(Piece::Of(named(name)?));
        rest = after;
    }
    plain.push_str(rest);
    if !plain.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Ok(pieces)
}

/// The text again, with what each piece stands for.
pub(crate) fn joined<'a, T>(pieces: &'a [Piece<T>], mut of: impl FnMut(&'a T) -> String) -> String {
    let text = |piece: &'a Piece<T>| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Of(it) => of(it),
    };
    pieces.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(text: &str) -> Result<Vec<Piece<String>>, Complaint> {
        pieces(text, |name| Ok(name.to_owned()))
    }

    fn text(text: &str) -> Piece<String> {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn names_are_found_between_texts() {
        let expected = vec![text("a "), Piece::Of("b".to_owned()), text("/"), Piece::Of("c.d".to_owned())];
        assert_eq!(names("a $(b)/$(c.d)"), Ok(expected));
        assert_eq!(names(""), Ok(vec![text("")]));
        assert_eq!(names("a $b (c)"), Ok(vec![text("a $b (c)")]));
    }

    #[test]
    fn two_dollars_stand_for_one_that_names_nothing() {
        assert_eq!(names("a $$(b) c"), Ok(vec![text("a $(b) c")]));
    }

    #[test]
    fn what_is_not_closed_is_refused() {
        assert!(names("a $(b").unwrap_err().contains("not closed"));
    }

    proptest! {
        #[test]
        fn a_text_without_dollars_stays_as_it_is(plain in "[^$]{0,40}") {
            prop_assert_eq!(joined(&names(&plain).unwrap(), Clone::clone), plain);
        }
    }
}
