use leptos::prelude::*;
use store::Told;

use super::english;
use crate::texts::said::{self, Piece};

/// What the operator says: in the page's language where it is known by codes, else in English.
pub fn sentences(english_sentence: &str, told: &Told) -> AnyView {
    pieces(said::sentences(english_sentence, told))
}

/// A few words of it, in the same way.
pub fn few_words(english_words: &str, told: &Told) -> AnyView {
    pieces(said::few_words(english_words, told))
}

fn pieces(pieces: Vec<Piece>) -> AnyView {
    pieces.into_iter().map(piece).collect_view().into_any()
}

fn piece(piece: Piece) -> AnyView {
    match piece {
        Piece::Own(text) => text.into_any(),
        Piece::Foreign(text) => english(text),
    }
}
