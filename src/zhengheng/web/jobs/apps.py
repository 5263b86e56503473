"""The functions of the jobs are known as soon as Django is up, in the worker as in the web process."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Jobs."""

    name = "zhengheng.web.jobs"

    def ready(self) -> None:
        """Read the registry, whose modules hold the functions."""
        import zhengheng.web.acts.registry  # noqa: F401
