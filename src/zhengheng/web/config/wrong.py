"""A setting of the environment that cannot be as it is, said in both languages."""

from django.core.exceptions import ImproperlyConfigured


class SettingError(ImproperlyConfigured):
    """The variable, and what is wrong with it."""

    def __init__(self, name: str, zh: str, en: str) -> None:
        super().__init__(f"{name}: {en}")
        self.name, self.zh, self.en = name, zh, en
