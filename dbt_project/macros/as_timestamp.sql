{# A UTC timestamp from any spelling of the two APIs: ISO 8601 with Z, an offset or none, a date alone, or
   milliseconds since 1970; null where the text is none of them. #}
{% macro as_timestamp(column) -%}
    {{ return(adapter.dispatch('as_timestamp')(column)) }}
{%- endmacro %}

{% macro duckdb__as_timestamp(column) -%}
    case
        when regexp_full_match(trim({{ column }}), '-?[0-9]{5,16}')
            then make_timestamp(try_cast(trim({{ column }}) as bigint) * 1000)
        else timezone('UTC', try_cast(nullif(trim({{ column }}), '') as timestamptz))
    end
{%- endmacro %}

{% macro spark__as_timestamp(column) -%}
    case
        when trim({{ column }}) rlike '^-?[0-9]{5,16}$'
            then timestamp_millis(try_cast(trim({{ column }}) as bigint))
        else try_cast(
            regexp_replace(nullif(trim({{ column }}), ''), '([+-][0-9]{2})([0-9]{2})$', '$1:$2') as timestamp
        )
    end
{%- endmacro %}
