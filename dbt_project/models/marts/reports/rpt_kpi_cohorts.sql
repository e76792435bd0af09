-- Every figure by the month that it is about, open months too. The months of a figure add up to the whole; only where a
-- month's value is a median they do not. Cases of which no date says enough are in rows without a month, and counted there
-- and nowhere else.

{% for subject in ['funnel', 'scores', 'costs', 'revenue', 'responses', 'work'] %}
select kpi_id, month, numerator, denominator, basis_count, open_count, undated_count, is_mature
from {{ ref('rpt_kpi_cohorts_' ~ subject) }}
{{ "union all" if not loop.last }}
{% endfor %}
