{# The rows of a seed for every connected account: those that name the account, and those that name its system, where none
   of the account's own has the same `keys`. #}
{% macro rows_of_each_account(seed, keys, values) -%}
{% set columns = keys + values -%}
with offered as (
    select
        accounts.crm,
        {% for column in columns %}
        seeded.{{ column }},
        {% endfor %}
        row_number() over (
            partition by accounts.crm, seeded.{{ keys | join(', seeded.') }}
            order by case when seeded.crm = accounts.crm then 0 else 1 end
        ) as turn
    from {{ ref('crm_systems') }} as accounts
    inner join {{ ref(seed) }} as seeded on seeded.crm in (accounts.crm, accounts.system)
)

select crm, {{ columns | join(', ') }}
from offered
where turn = 1
{%- endmacro %}
