//! The live part against a model of the log.
