"""政衡 Zhengheng: weigh how a government performs, exactly and in the open."""

__version__ = "0.1.0"
