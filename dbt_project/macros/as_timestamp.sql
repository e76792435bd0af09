{# A UTC timestamp as moment_in_text reads it; null where it cannot be true (is_plausible). What is left out for that
   stands in rpt_implausible_dates. #}
{% macro as_timestamp(column) -%}
    case when {{ is_plausible(moment_in_text(column)) }} then {{ moment_in_text(column) }} end
{%- endmacro %}

{# A UTC timestamp from any spelling of the two APIs: ISO 8601 with Z, an offset or none, a date alone, or
   milliseconds since 1970; null where the text is none of them. #}
{% macro moment_in_text(column) -%}
    {%- if var('is_linted', false) %}{{ return("try_cast(" ~ column ~ " as timestamp)") }}{% endif -%}
    {{ return(adapter.dispatch('moment_in_text')(column)) }}
{%- endmacro %}

{% macro duckdb__moment_in_text(column) -%}
    case
        when regexp_full_match(trim({{ column }}), '-?[0-9]{5,15}')
            then make_timestamp(try_cast(trim({{ column }}) as bigint) * 1000)
        else timezone('UTC', try_cast(nullif(trim({{ column }}), '') as timestamptz))
    end
{%- endmacro %}

{% macro spark__moment_in_text(column) -%}
    case
        when trim({{ column }}) rlike '^-?[0-9]{5,15}$'
            then timestamp_millis(try_cast(trim({{ column }}) as bigint))
        else try_cast(
            regexp_replace(nullif(trim({{ column }}), ''), '([+-][0-9]{2})([0-9]{2})$', '$1:$2') as timestamp
        )
    end
{%- endmacro %}
