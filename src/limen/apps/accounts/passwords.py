"""Refuse passwords built from words an attacker would try here first (S04)."""

from django.core.exceptions import ValidationError

CONTEXT_WORDS = ("limen", "ketamine", "esketamine", "spravato", "clinic", "therapy", "depression")


class ContextWordsValidator:
    def validate(self, password, user=None):
        lowered = password.lower()
        for word in CONTEXT_WORDS:
            rest = lowered.replace(word, "")
            if word in lowered and len(rest) < 8:
                raise ValidationError(
                    f"This password is mostly the word “{word}”. Add words that have nothing to do with this place.",
                    code="context_word",
                )

    def get_help_text(self):
        return "At least 15 characters; a short sentence works well. Pasting is fine."
