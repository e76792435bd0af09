{% set lists = [('job_title', 'job_title', 'job_level'), ('country', 'country', 'region')] %}

-- Words that our lists of job titles and countries do not know, where several leads have them; what one lead alone has may
-- say who that is.

{% for kind, column, reading in lists %}
select
    '{{ kind }}' as kind,
    lower({{ column }}) as word,
    count(*) as lead_count
from {{ ref('dim_leads') }}
where {{ column }} is not null and {{ reading }} is null
group by lower({{ column }})
having count(*) >= 3
{{ "union all" if not loop.last }}
{% endfor %}
