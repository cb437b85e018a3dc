public import Studies

/// Placeholder that the store's author replaces.
enum StorePlaceholder {}
