"""How jinja2 renders a template here: it leaves no cycle behind, and calls what is called most at once. No names."""

from collections.abc import Callable, Mapping
from types import MethodType
from typing import Any

from jinja2 import Environment, Template
from jinja2.runtime import Context, Macro

_USED = "contexts used"  # the name, which no template can say, of those that a page was rendered with


class _Template(Template):
    """A template that leaves no reference cycle behind when it has been rendered.

    Macros refer to their context, and the context to them. Such a cycle would keep the whole state of a night in memory
    until the garbage collector found it, and a collection stops the whole process.
    """

    def render(self, *args: Any, **kwargs: Any) -> str:
        """The template with what it shows."""
        used: list[Context] = []
        try:
            return super().render(*args, **kwargs, **{_USED: used})
        finally:
            for context in used:
                context.vars.clear()
            used.clear()

    def new_context(
        self, vars: dict[str, Any] | None = None, shared: bool = False, locals: Mapping[str, Any] | None = None
    ) -> Context:
        """The context of this template, or of one that it includes or imports; ``render`` clears it later."""
        context = super().new_context(vars, shared, locals)
        if vars and _USED in vars:
            vars[_USED].append(context)
        return context


class _Context(Context):
    """A context that calls a macro or a method, most of what templates call, without asking it whether it wants the
    context: of a macro that is known, and none of our methods does. That takes a tenth of the time to render."""

    def call(self, obj: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """What it gives; jinja2 adds the variables of the place where it is called for who wants the context."""
        kind = type(obj)
        if kind is not Macro and kind is not MethodType:
            return super().call(obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return obj(self.eval_ctx, *args, **kwargs) if kind is Macro else obj(*args, **kwargs)


class Rendering(Environment):
    """The environment of templates that are rendered so."""

    template_class = _Template
    context_class = _Context
