//! The shared provisioner: the Store resource, what `web` may do with it, and the operator that makes and removes stores.
//!
//! Reading order: [`config`], [`engines`] and [`resource`] (what is given, what is offered, what is known of a store, what a page sees), [`stores`] (the web's side); then
//! the operator's three parts: [`observe`] (what is so), [`decide`] (what comes next) and [`act`] (what is asked of the cluster), and
//! [`operator`], which goes from one to the other.

pub mod act;
pub mod client;
pub mod config;
pub mod decide;
pub mod engines;
pub mod observe;
pub mod operator;
pub mod resource;
pub mod stores;
