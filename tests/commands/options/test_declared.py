from commands.options.declared import OPTIONS
from commands.options.option import TYPES


def test_every_option_has_a_type_that_can_be_told_and_a_help() -> None:
    assert all(option.read in TYPES and option.help for option in OPTIONS.values())


def test_default_is_a_value_that_the_option_can_have() -> None:
    for option in OPTIONS.values():
        if option.default is not None and not option.is_switch:
            assert option.value_of(str(option.default)) == option.default
