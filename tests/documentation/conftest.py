from tests.demo_workspaces import demo_template

__all__ = ["demo_template"]
