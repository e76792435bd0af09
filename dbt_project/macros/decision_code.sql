{# The code of a row of the log of decisions. Rows from before there were codes have none, and a log is never changed:
   theirs is told by what was written then. A rule's own reason may begin like one of ours, so the words count only
   where the rest of the row agrees: a person's decision is none of our rules, and only a later one takes a lead away. #}
{% macro decision_code(row) -%}
coalesce(
    {{ row }}.reason_code,
    case
        when not {{ row }}.is_routed and {{ row }}.reason like 'Owner set in %' then 'set_by_person'
        when not {{ row }}.is_routed then 'already_owned'
        when
            {{ row }}.decision_number > 1 and {{ row }}.reason like 'Not answered in time by %; %: fair share among %'
            then 'not_answered_in_time'
        when
            {{ row }}.decision_number > 1 and {{ row }}.reason like 'Emptied in % by a person; %: fair share among %'
            then 'routed_after_emptying'
        when {{ row }}.reason = 'Owner of the account' then 'account_owner'
        when {{ row }}.reason like '%: fallback owner' then 'fallback'
        when {{ row }}.rule_id is not null then 'rule'
        when {{ row }}.reason like 'The first pool is full: fair share among %' then 'first_pool_full'
        else 'no_rule_fits'
    end
)
{%- endmacro %}
