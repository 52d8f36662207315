use leptos::prelude::*;
use store::{Language, Told};

use super::english;
use crate::{
    language::language,
    texts::said::{Piece, brief, german},
};

/// What the operator says: in the page's language where it is known by codes, else in English.
pub fn sentences(english_sentence: &str, said: &Told) -> AnyView {
    if language() == Language::English {
        return english(english_sentence.to_owned());
    }
    let told = said.or_sentence(english_sentence);
    let sentence = |(n, said)| {
        let gap = (n > 0).then_some(" ");
        view! { {gap}{german(said).into_iter().map(piece).collect_view()} }.into_any()
    };
    told.sentences().iter().enumerate().map(sentence).collect_view().into_any()
}

/// A few words of it, in the same way.
pub fn few_words(english_words: &str, said: &Told) -> AnyView {
    if language() == Language::English || said.brief() != english_words {
        return english(english_words.to_owned());
    }
    brief(said).into_iter().map(piece).collect_view().into_any()
}

fn piece(piece: Piece) -> AnyView {
    match piece {
        Piece::Own(text) => text.into_any(),
        Piece::Foreign(text) => english(text),
    }
}
