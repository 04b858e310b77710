"""The query language: text -> tokens -> syntax tree -> checked terms -> conditions and directives."""
