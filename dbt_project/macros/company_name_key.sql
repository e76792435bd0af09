{# The form of a company's name by which companies are compared: words in lower case without accents and without the legal
   form, which one CRM shows and the other leaves out. It stands at the end, in some countries before the name, and in
   East Asia without a blank. Null where nothing is left. #}
{% macro company_name_key(column) -%}
    {{ return(adapter.dispatch('company_name_key')(column)) }}
{%- endmacro %}

{% macro duckdb__company_name_key(column) -%}
    nullif(
        trim(regexp_replace(
            regexp_replace(
                regexp_replace({{ bare_words(column) }}, '{{ joined_legal_forms() }}', ' ', 'g'),
                '{{ leading_legal_forms() }}', ' '
            ),
            '{{ legal_forms() }}', ' '
        )),
        ''
    )
{%- endmacro %}

{% macro spark__company_name_key(column) -%}
    nullif(
        trim(regexp_replace(
            regexp_replace(
                regexp_replace({{ bare_words(column) }}, '{{ joined_legal_forms() }}', ' '),
                '{{ leading_legal_forms() }}', ' '
            ),
            '{{ legal_forms() }}', ' '
        )),
        ''
    )
{%- endmacro %}

{% macro joined_legal_forms() -%}
株式会社|有限会社|合同会社|合資会社|合名会社|股份有限公司|有限责任公司|有限責任公司|有限公司|주식회사|유한회사
{%- endmacro %}

{% macro leading_legal_forms() -%}
^ +(ооо|оао|зао|пао|ао|ип|тов|тоо|株|有|주|uab|sia)+ +
{%- endmacro %}

{% macro legal_forms() -%}
    ( (inc|incorporated|corp|corporation|co|company|llc|llp|lp|ltd|limited|plc|pty|pvt|private|pte|sdn bhd|bhd|gmbh|mbh|ag|kg|kgaa|ohg|ug|gbr|se|ev|sa|sas|sasu|sarl|s a|s a s|s a r l|srl|s r l|spa|s p a|sl|s l|slu|bv|b v|nv|n v|ab|oy|oyj|as|asa|aps|a s|ltda|lda|eireli|me|epp|sp z o o|sp j|sp k|s r o|kft|zrt|nyrt|doo|d o o|ou|sti|kk|k k|ооо|оао|зао|пао|ао|ип|тоо|тов|оод|еоод|ад|еад|αε|α ε|επε|ικε|ذ م م|ش م م|株|有|주))+ *$
{%- endmacro %}
