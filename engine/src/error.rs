use std::fmt;

use serde_saphyr::Spanned;

/// Why an `engine.yaml` is refused. Displays as a sentence for whoever wrote it: where, which field, what is wrong and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// It is no YAML, or not of the shape that an engine has; the sentence tells the place itself.
    #[error("{0}")]
    Shape(String),
    #[error("{field} (line {line}, column {column}) {sentence}.")]
    Field { field: String, line: u64, column: u64, sentence: String },
}

impl EngineError {
    /// `sentence` goes on from the field's name: “parts: …”.
    pub(crate) fn at<T>(place: &Spanned<T>, field: impl fmt::Display, sentence: impl fmt::Display) -> Self {
        Self::Field {
            field: field.to_string(),
            line: place.referenced.line(),
            column: place.referenced.column(),
            sentence: sentence.to_string(),
        }
    }
}

impl From<serde_saphyr::Error> for EngineError {
    fn from(error: serde_saphyr::Error) -> Self {
        Self::Shape(error.without_snippet().to_string())
    }
}
