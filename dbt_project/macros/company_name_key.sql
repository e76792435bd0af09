{# The form of a company's name by which companies are compared: words in lower case without the legal form at the
   end, which one CRM shows and the other leaves out. Null where nothing is left. #}
{% macro company_name_key(column) -%}
    nullif(trim(regexp_replace({{ words_of(column) }}, '{{ legal_forms_pattern() }}', ' ')), '')
{%- endmacro %}

{% macro legal_forms_pattern() -%}
    ( (inc|incorporated|corp|corporation|co|company|llc|llp|lp|ltd|limited|plc|pty|gmbh|mbh|ag|kg|ohg|ug|se|ev|sa|sas|sasu|sarl|s a|s a s|s a r l|srl|s r l|spa|s p a|sl|s l|bv|b v|nv|n v|ab|oy|as|aps|a s|ltda|lda|eireli|me|sp z o o|kk))+ $
{%- endmacro %}
