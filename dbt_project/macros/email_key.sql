{# The form of an e-mail address by which people are compared; null where it is none. What follows a + in the mailbox
   is a label that people add to an address of their own: all large providers, Google's and Microsoft's for companies
   too, deliver to the mailbox without it. Dots stay, since only Gmail leaves them out. #}
{% macro email_key(column) -%}
    case
        when lower(trim({{ column }})) like '+%@_%' then lower(trim({{ column }}))
        when {{ column }} like '%_@_%' then regexp_replace(lower(trim({{ column }})), '[+][^@]*@', '@')
    end
{%- endmacro %}
