//! The shared provisioner: the Store resource, what `web` may do with it, and the operator that makes and removes stores.
//!
//! Reading order: [`config`], [`engines`], [`relay`] and [`resource`] (what is given, what is offered, how mail leaves, what is known of a store, what a page sees), [`stores`] (the web's side); then
//! the operator's three parts: [`observe`] (what is so), [`decide`] (what comes next) and [`act`] (what is asked of the cluster), and
//! [`operator`], which goes from one to the other; and [`window`], what web is shown of a store through the operator.

pub mod act;
pub mod client;
pub mod config;
pub mod decide;
pub mod engines;
pub mod observe;
pub mod operator;
pub mod relay;
pub mod resource;
pub mod stores;
pub mod window;

/// The target of spans that become traces, and of nothing in the log.
pub const TRACES: &str = "traces";
